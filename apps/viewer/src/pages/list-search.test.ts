import { expect, test } from '@jest/globals'
import { fromSearchBox, readListSearch, toFilter, toSearchBox } from './list-search.ts'

test('what is no known value in the address counts as absent', () => {
  expect(
    readListSearch({
      query: 'x',
      sort: 'constructor',
      statsPeriod: '5y',
      environment: '',
      more: 1,
    }),
  ).toEqual({ query: 'x' })
})

test('without a search the unresolved issues of a day are listed, with an empty one all', () => {
  expect(toFilter({})).toMatchObject({ query: 'is:unresolved', sort: 'date', statsPeriod: '24h' })
  expect(toFilter({ query: '' })).toMatchObject({ query: '' })
})

test('the environment stands in the search box and comes back out of it', () => {
  const text = toSearchBox({ query: 'is:new lost', environment: 'pre prod' })
  expect(text).toBe('is:new environment:"pre prod" lost')
  expect(fromSearchBox(text)).toEqual({ query: 'is:new lost', environment: 'pre prod' })
})

test('a typed environment takes the place of the chosen one, an excluded one stays a term', () => {
  expect(fromSearchBox('environment:a environment:b')).toEqual({ query: '', environment: 'b' })
  expect(fromSearchBox('!environment:a')).toEqual({
    query: '!environment:a',
    environment: undefined,
  })
})

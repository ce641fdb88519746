import { describe, expect, test } from '@jest/globals'
import { formatSearch, joinSearch, parseSearch, statusOf, withStatus } from './search-tokens.ts'

describe('parseSearch', () => {
  test('tells key:value parts from words', () => {
    expect(parseSearch('is:unresolved connection lost level:error')).toEqual({
      tokens: [
        { text: 'is:unresolved', key: 'is', value: 'unresolved', negated: false },
        { text: 'level:error', key: 'level', value: 'error', negated: false },
      ],
      words: 'connection lost',
    })
  })

  test('reads negation, quoted values, lists and dotted keys', () => {
    expect(parseSearch('!level:[info,debug] error.type:"My \\"Error\\""').tokens).toEqual([
      { text: '!level:[info,debug]', key: 'level', value: '[info,debug]', negated: true },
      {
        text: 'error.type:"My \\"Error\\""',
        key: 'error.type',
        value: 'My "Error"',
        negated: false,
      },
    ])
  })

  test('reads a quoted key and a tag in brackets', () => {
    const keys = parseSearch('"my tag":x tags[region]:eu').tokens.map(({ key }) => key)
    expect(keys).toEqual(['my tag', 'tags[region]'])
  })

  test.each(['http://a.test/x', '12:30', '"is:unresolved"', 'TypeError:', 'a:"b"c', '"open'])(
    'takes %s for words',
    (words) => {
      expect(parseSearch(words)).toEqual({ tokens: [], words })
    },
  )
})

test('a search that was taken apart is put together again', () => {
  const text = 'is:unresolved !release:"a b" two words'
  expect(formatSearch(parseSearch(text))).toBe(text)
})

test('joining keeps one of two equal parts', () => {
  const joined = joinSearch(parseSearch('is:new lost'), parseSearch('is:new level:error found'))
  expect(formatSearch(joined)).toBe('is:new level:error lost found')
})

test('a tab changes the status and keeps the rest', () => {
  expect(withStatus('is:unresolved level:error lost', 'resolved')).toBe(
    'is:resolved level:error lost',
  )
  expect(withStatus('', 'new')).toBe('is:new')
})

test.each([
  ['is:unresolved x', 'unresolved'],
  ['is:ignored', 'archived'],
  ['!is:resolved', undefined],
  ['is:new is:regressed', undefined],
  ['', undefined],
])('the status of %j is %s', (query, status) => {
  expect(statusOf(query)).toBe(status)
})

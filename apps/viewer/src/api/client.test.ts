import { expect, test } from '@jest/globals'
import { parseLink, path, queryString } from './client.ts'

test('a part of a path cannot leave its place', () => {
  expect(path`/projects/${'a/../b'}/${'c?d#e'}/`).toBe('/projects/a%2F..%2Fb/c%3Fd%23e/')
})

test('absent parameters are left out, empty ones are not', () => {
  expect(queryString({ query: '', cursor: undefined, sort: 'new' })).toBe('?query=&sort=new')
  expect(queryString({ cursor: undefined })).toBe('')
})

test('only pages that have results have a cursor', () => {
  const header =
    '<http://a.test/?q=a,b>; rel="previous"; results="false"; cursor="0:0:1", ' +
    '<http://a.test/>; rel="next"; results="true"; cursor="0:25:0"'
  expect(parseLink(header)).toEqual({ previous: null, next: '0:25:0' })
  expect(parseLink('')).toEqual({ previous: null, next: null })
})

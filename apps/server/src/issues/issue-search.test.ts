import { describe, expect, test } from '@jest/globals'
import { AppError } from '../errors.ts'
import { parseSearch, type SearchTerm } from './issue-search.ts'

const key = (name: string, ...texts: string[]): SearchTerm => ({
  kind: 'key',
  key: name,
  operator: '=',
  values: texts.map((text) => ({ text, hasWildcard: text.includes('*') })),
  isNegated: false,
})
const text = (words: string): SearchTerm => ({ kind: 'text', text: words, isNegated: false })

describe('parseSearch', () => {
  test.each<[string, SearchTerm[]]>([
    ['', []],
    ['   ', []],
    ['is:unresolved', [key('is', 'unresolved')]],
    ['is:unresolved level:error', [key('is', 'unresolved'), key('level', 'error')]],
    ['!level:error', [{ ...key('level', 'error'), isNegated: true }]],
    ['level:[error, fatal]', [key('level', 'error', 'fatal')]],
    ['transaction:["GET /a b", POST]', [key('transaction', 'GET /a b', 'POST')]],
    ['release:"shop api@1.0"', [key('release', 'shop api@1.0')]],
    ['message:"say \\"no\\""', [key('message', 'say "no"')]],
    ['stack.filename:*checkout*', [key('stack.filename', '*checkout*')]],
    ['tags[region]:eu', [key('region', 'eu')]],
    ['"my tag":x', [key('my tag', 'x')]],
    ['times_seen:>10', [{ ...(key('times_seen', '10') as object), operator: '>' } as SearchTerm]],
    ['users:<=5', [{ ...(key('users', '5') as object), operator: '<=' } as SearchTerm]],
    ['cannot read', [text('cannot'), text('read')]],
    ['"cannot read"', [text('cannot read')]],
    ['!timeout', [{ ...(text('timeout') as object), isNegated: true } as SearchTerm]],
    ['https://shop.example/a', [text('https://shop.example/a')]],
    ['load(order)', [text('load(order)')]],
    ['a AND b', [text('a'), text('b')]],
  ])('reads %j', (query, terms) => {
    expect(parseSearch(query)).toEqual(terms)
  })

  test.each([
    ['level:', 'There is no value after "level:".'],
    ['level:[error', 'The list after "level:" must look like level:[one,two].'],
    ['release:"1.0', 'The quote after "release:" is not closed.'],
    ['a OR b', 'OR is not understood: use a list such as level:[error,fatal].'],
    ['!', 'There is nothing after "!".'],
    ['a '.repeat(51), 'The search has more than 50 terms.'],
    ['x'.repeat(10_241), 'The search is longer than 10 KB.'],
  ])('refuses %j with a sentence', (query, sentence) => {
    expect(() => parseSearch(query)).toThrow(new AppError('invalid_search', sentence))
  })

  test('hostile input of full length is read in linear time', () => {
    for (const query of [
      '"'.repeat(10_240),
      '!'.repeat(10_240),
      'a:['.repeat(3_000),
      '\\"'.repeat(5_000),
    ]) {
      try {
        parseSearch(query)
      } catch (error) {
        expect(error).toBeInstanceOf(AppError)
      }
    }
  })
})

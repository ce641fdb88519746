import { expect, test } from '@jest/globals'
import { preferredType } from './preferred-type.ts'

const OFFERED = ['application/problem+json', 'application/json', 'text/html', 'text/plain'] as const

test.each<[accept: string | undefined, expected: string | undefined]>([
  [undefined, 'application/problem+json'],
  ['', 'application/problem+json'],
  ['*/*', 'application/problem+json'],
  ['application/json', 'application/json'],
  ['application/*', 'application/problem+json'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
  ['text/plain', 'text/plain'],
  ['TEXT/HTML', 'text/html'],
  ['text/html;q=0.4, application/json;q=0.5', 'application/json'],
  ['text/*;q=0.5, text/html;q=0', 'text/plain'],
  ['image/png', undefined],
  ['text/html;q=nonsense', undefined],
  [';;,,;q', undefined],
])('accept %j prefers %j', (accept, expected) => {
  expect(preferredType(accept, OFFERED)).toBe(expected)
})

import { expect, test } from '@jest/globals'
import { mix64 } from './mix64.ts'

test('a text is mixed into the same halves for ever: rows and folders are found by them', () => {
  expect(mix64('id:41')).toEqual([2_295_925_970, 2_285_417_973])
})

test('ten thousand texts that differ by a digit are told apart', () => {
  const mixed = new Set(Array.from({ length: 10_000 }, (_, n) => mix64(`id:${n}`).join()))
  expect(mixed.size).toBe(10_000)
})

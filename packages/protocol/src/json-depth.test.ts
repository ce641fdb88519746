import { expect, test } from '@jest/globals'
import { exceedsJsonDepth } from './json-depth.ts'

test.each([
  ['1', 0],
  ['[]', 1],
  ['{}', 1],
  ['[[],[],[]]', 2],
  ['{"a":[{"b":1}]}', 3],
  ['"[[[["', 0],
  ['["\\"[[[", "\\\\", ["]]"]]', 2],
  ['{"[[[":"{{{"}', 1],
  ['["é\\u005b€", []]', 2],
])('%s nests %d deep', (json, depth) => {
  expect(exceedsJsonDepth(bytesOf(json), depth)).toBe(false)
  if (depth > 0) expect(exceedsJsonDepth(bytesOf(json), depth - 1)).toBe(true)
})

test.each(['[', '{"a":'])('a million times %s is found out without recursion', (open) => {
  expect(exceedsJsonDepth(bytesOf(open.repeat(1_000_000)), 128)).toBe(true)
  expect(exceedsJsonDepth(bytesOf(open.repeat(1_000_000)), 2_000_000)).toBe(false)
})

test.each(['"', '"\\', '[[]]]]]', '\\', ''])('the scan of %j ends', (broken) => {
  expect(exceedsJsonDepth(bytesOf(broken), 3)).toBe(false)
})

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

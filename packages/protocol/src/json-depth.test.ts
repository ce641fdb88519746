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
  for (const form of [json, new TextEncoder().encode(json)]) {
    expect(exceedsJsonDepth(form, depth)).toBe(false)
    if (depth > 0) expect(exceedsJsonDepth(form, depth - 1)).toBe(true)
  }
})

test.each(['[', '{"a":'])('a million times %s is found out without recursion', (open) => {
  expect(exceedsJsonDepth(open.repeat(1_000_000), 128)).toBe(true)
  expect(exceedsJsonDepth(open.repeat(1_000_000), 2_000_000)).toBe(false)
})

test.each(['"', '"\\', '[[]]]]]', '\\', ''])('the scan of %j ends', (broken) => {
  expect(exceedsJsonDepth(broken, 3)).toBe(false)
})

import { expect, test } from '@jest/globals'
import { FloodGuard } from './flood-guard.ts'

function guardAt(clock: { nowMs: number }): {
  guard: FloodGuard
  count(key: string, n: number): number
} {
  const guard = new FloodGuard(() => clock.nowMs)
  const count = (key: string, n: number) =>
    Array.from({ length: n }, () => guard.admit(key)).filter((admitted) => admitted).length
  return { guard, count }
}

test('of one key a hundred pass at once, then ten a second', () => {
  const clock = { nowMs: 0 }
  const { count } = guardAt(clock)
  expect(count('a', 1000)).toBe(100)
  clock.nowMs = 2000
  expect(count('a', 1000)).toBe(20)
})

test('another key is not held up by it', () => {
  const { count } = guardAt({ nowMs: 0 })
  count('a', 1000)
  expect(count('b', 1)).toBe(1)
})

test('the next one let through tells how many were left out', () => {
  const clock = { nowMs: 0 }
  const { guard, count } = guardAt(clock)
  count('a', 150)
  clock.nowMs = 1000
  expect(guard.admit('a')).toEqual({ leftOut: 50 })
  expect(guard.admit('a')).toEqual({ leftOut: 0 })
})

test('many keys together are let through 300 at once', () => {
  const { guard } = guardAt({ nowMs: 0 })
  let passed = 0
  for (let n = 0; n < 10_000; n++) if (!guard.isClosed() && guard.admit(`key ${n}`)) passed++
  expect(passed).toBe(300)
})

test('a clock that goes back lets nothing more through', () => {
  const clock = { nowMs: 10_000 }
  const { count } = guardAt(clock)
  count('a', 100)
  clock.nowMs = 0
  expect(count('a', 10)).toBe(0)
})

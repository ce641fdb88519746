import { expect, test } from '@jest/globals'
import { toBuckets } from './series.ts'

const hourly = (...counts: number[]): [number, number][] =>
  counts.map((count, index) => [index * 3600, count])

test('each point of a short series is a bar of its own', () => {
  expect(toBuckets(hourly(1, 0, 2), 24).map(({ atMs, count }) => [atMs, count])).toEqual([
    [0, 1],
    [3_600_000, 0],
    [7_200_000, 2],
  ])
})

test('a long series is added up from the newest end and loses no event', () => {
  const buckets = toBuckets(hourly(1, 2, 3, 4, 5), 2)
  expect(buckets.map(({ count }) => count)).toEqual([3, 12])
  expect(buckets[1]?.atMs).toBe(2 * 3_600_000)
})

test('a bar well above the mean stands out, an even series has none that does', () => {
  expect(toBuckets(hourly(1, 1, 1, 9), 24).map(({ hot }) => hot)).toEqual([
    false,
    false,
    false,
    true,
  ])
  expect(toBuckets(hourly(3, 3, 3, 3), 24).some(({ hot }) => hot)).toBe(false)
  expect(toBuckets(hourly(0, 0), 24).some(({ hot }) => hot)).toBe(false)
})

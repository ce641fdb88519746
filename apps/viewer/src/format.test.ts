import { describe, expect, test } from '@jest/globals'
import {
  formatAge,
  formatAgo,
  formatBytes,
  formatCount,
  formatDateTime,
  formatDuration,
  formatErrorId,
  formatOffset,
  formatRelease,
  formatShare,
  initials,
} from './format.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const before = (ms: number) => new Date(NOW.getTime() - ms)

test('counts have thousands separators', () => {
  expect(formatCount(12_481)).toBe('12,481')
})

test.each([
  [0, 'just now', 'just now'],
  [-5000, 'just now', 'just now'],
  [14_000, 'just now', '14 s ago'],
  [60_000, '1m', '1 min ago'],
  [3_599_999, '59m', '59 min ago'],
  [2 * 3_600_000, '2h', '2 h ago'],
  [41 * 86_400_000, '41d', '41 d ago'],
  [800 * 86_400_000, '2y', '800 d ago'],
])('%d ms ago is %s in a column and %s in a sentence', (ms, age, ago) => {
  expect(formatAge(before(ms), NOW)).toBe(age)
  expect(formatAgo(before(ms), NOW)).toBe(ago)
})

describe('formatDateTime', () => {
  test('names the year only when it is not this one', () => {
    expect(formatDateTime(new Date(2026, 10, 22, 11, 58, 3), NOW)).toBe('Nov 22, 11:58:03')
    expect(formatDateTime(new Date(2024, 0, 2, 1, 2, 3), NOW)).toBe('Jan 2, 2024, 01:02:03')
  })

  test('says that it does not know a time that is none', () => {
    expect(formatDateTime('soon', NOW)).toBe('unknown time')
  })
})

test.each([
  [0.2, '<1 ms'],
  [38, '38 ms'],
  [1234, '1.2 s'],
  [12_340, '12 s'],
  [180_000, '3 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
])('a duration of %d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test.each([
  [0, '0'],
  [-0.3, '0'],
  [-38, '-38 ms'],
  [1200, '+1.2 s'],
])('an offset of %d ms is %s', (ms, text) => {
  expect(formatOffset(ms)).toBe(text)
})

test.each([
  [0, '0 %'],
  [0.001, '<1 %'],
  [0.33, '33 %'],
  [0.999, '99 %'],
  [1, '100 %'],
])('a share of %d is %s', (share, text) => {
  expect(formatShare(share)).toBe(text)
})

test('an error id is shown by its first twelve digits in groups', () => {
  expect(formatErrorId('9f1c22d04be700000000000000000001')).toBe('9f1c 22d0 4be7')
})

test.each([
  ['shop@2.4.1', '2.4.1'],
  ['@acme/shop@2.4.1+7', '@acme/shop@2.4.1+7'],
  ['2.4.1', '2.4.1'],
  ['a91f3c2d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b', 'a91f3c2d5e6f'],
  ['@', '@'],
])('the release %s is shown as %s', (release, shown) => {
  expect(formatRelease(release)).toBe(shown)
})

test.each([
  ['Jana Kowal', 'JK'],
  ['owner', 'OW'],
  ['jana.kowal@acme.test', 'JK'],
  ['', '?'],
])('the initials of %j are %s', (name, letters) => {
  expect(initials(name)).toBe(letters)
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1434, '1.4 KB'],
  [20 * 1024 * 1024, '20 MB'],
])('%d bytes are written %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

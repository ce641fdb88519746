import { expect, test } from '@jest/globals'
import { periodMs } from '../http/period.ts'
import { searchTime } from './search-times.ts'

const NOW = new Date('2026-03-10T12:00:00Z')
const day = (text: string) => new Date(text)

test.each([
  ['24h', 86_400_000],
  ['14d', 1_209_600_000],
  ['2w', 1_209_600_000],
  ['90s', 90_000],
  ['1y', undefined],
  ['h', undefined],
  ['-1d', undefined],
])('the period %j is %p ms', (text, ms) => {
  expect(periodMs(text)).toBe(ms)
})

test.each([
  ['=', '-24h', { from: day('2026-03-09T12:00:00Z') }],
  ['=', '+7d', { until: day('2026-03-03T12:00:00Z') }],
  ['=', '2026-03-01', { from: day('2026-03-01'), until: day('2026-03-02') }],
  ['>', '2026-03-01', { from: day('2026-03-02') }],
  ['>=', '2026-03-01', { from: day('2026-03-01') }],
  ['<', '2026-03-01T10:00:00', { until: day('2026-03-01T10:00:00Z') }],
  ['<=', '2026-03-01', { until: day('2026-03-02') }],
  ['>', '2026-03-01T10:00:00+02:00', { from: day('2026-03-01T08:00:01Z') }],
] as const)('%s%s is a range', (operator, text, range) => {
  expect(searchTime('firstSeen', operator, text, NOW)).toEqual(range)
})

test.each(['yesterday', '-1', '2026-13-45', '2026-03', ''])('%j is refused', (text) => {
  expect(() => searchTime('firstSeen', '=', text, NOW)).toThrow(/^firstSeen takes a time such as/)
})

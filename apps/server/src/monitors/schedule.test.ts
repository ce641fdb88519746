import { describe, expect, test } from '@jest/globals'
import { isTimezone, nextDue, parseSchedule, type Schedule } from './schedule.ts'

const at = (text: string) => Date.parse(text)

describe('a task is next due', () => {
  test.each<[schedule: Schedule, timezone: string, after: string, due: string]>([
    [cron('0 3 * * *'), 'UTC', '2026-11-26T02:59:59Z', '2026-11-26T03:00:00Z'],
    [cron('0 3 * * *'), 'UTC', '2026-11-26T03:00:00Z', '2026-11-27T03:00:00Z'],
    [cron('0 3 * * *'), 'Europe/Berlin', '2026-11-26T00:00:00Z', '2026-11-26T02:00:00Z'],
    [cron('*/15 * * * *'), 'UTC', '2026-11-26T10:07:00Z', '2026-11-26T10:15:00Z'],
    [cron('@daily'), 'UTC', '2026-11-26T10:07:00Z', '2026-11-27T00:00:00Z'],
    [every(90, 'minute'), 'UTC', '2026-11-26T10:00:00Z', '2026-11-26T11:30:00Z'],
    [every(2, 'week'), 'UTC', '2026-11-26T10:00:00Z', '2026-12-10T10:00:00Z'],
    [every(1, 'month'), 'UTC', '2026-01-31T10:00:00Z', '2026-02-28T10:00:00Z'],
    [every(1, 'year'), 'UTC', '2024-02-29T10:00:00Z', '2025-02-28T10:00:00Z'],
  ])('%j in %s after %s at %s', (schedule, timezone, after, due) => {
    expect(nextDue(schedule, timezone, at(after))).toBe(at(due))
  })
})

describe('no schedule', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a pattern that is none', cron('every day')],
    ['a pattern with seconds', cron('0 0 3 * * *')],
    ['a day that never comes', cron('0 0 31 2 *')],
    ['a pattern of any length', cron('1,'.repeat(5000))],
    ['an interval of nothing', every(0, 'day')],
    ['an interval of parts', every(1.5, 'day')],
    ['an unknown unit', { type: 'interval', value: 1, unit: 'fortnight' }],
    ['an unknown kind', { type: 'moon', value: 'full' }],
  ])('is %s', (_, raw) => {
    expect(parseSchedule(raw, 'UTC')).toBeUndefined()
  })
})

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Mars/Olympus', false],
  [7, false],
])('%p is a time zone: %p', (name, expected) => {
  expect(isTimezone(name)).toBe(expected)
})

function cron(value: string): Schedule {
  return { type: 'crontab', value }
}

function every(value: number, unit: 'minute' | 'day' | 'week' | 'month' | 'year'): Schedule {
  return { type: 'interval', value, unit }
}

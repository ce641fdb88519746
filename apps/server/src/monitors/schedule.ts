import { Cron } from 'croner'

const UNITS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const
type Unit = (typeof UNITS)[number]

/** When a task is due, as Sentry's SDKs write it. */
export type Schedule =
  | { type: 'crontab'; value: string }
  | { type: 'interval'; value: number; unit: Unit }

const MAX_PATTERN_CHARS = 100
const MAX_INTERVAL = 10_000
const MINUTE_MS = 60_000
const FIXED_MS: Partial<Record<Unit, number>> = {
  minute: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 24 * 60 * MINUTE_MS,
  week: 7 * 24 * 60 * MINUTE_MS,
}

/** A schedule that can be kept to; undefined for what is none, or never comes due. */
export function parseSchedule(raw: unknown, timezone: string): Schedule | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined
  const { type, value, unit } = raw as Record<string, unknown>
  const schedule = type === 'interval' ? interval(value, unit) : crontab(type, value)
  const isKept = schedule && nextDue(schedule, timezone, Date.UTC(2026, 0, 1)) !== undefined
  return isKept ? schedule : undefined
}

function interval(value: unknown, unit: unknown): Schedule | undefined {
  const isUnit = (UNITS as readonly unknown[]).includes(unit)
  if (!isUnit || typeof value !== 'number' || !Number.isInteger(value)) return undefined
  return value >= 1 && value <= MAX_INTERVAL
    ? { type: 'interval', value, unit: unit as Unit }
    : undefined
}

function crontab(type: unknown, value: unknown): Schedule | undefined {
  if (type !== 'crontab' || typeof value !== 'string') return undefined
  return value.length <= MAX_PATTERN_CHARS ? { type: 'crontab', value: value.trim() } : undefined
}

/**
 * The first time after `afterMs` (milliseconds since 1970) at which the task is due. A month after
 * the 31st is the last day of a shorter month.
 *
 * @param timezone IANA name such as `Europe/Berlin`
 */
export function nextDue(schedule: Schedule, timezone: string, afterMs: number): number | undefined {
  if (schedule.type === 'interval') {
    const { value, unit } = schedule
    const fixedMs = FIXED_MS[unit]
    if (fixedMs !== undefined) return afterMs + value * fixedMs
    return monthsLater(afterMs, unit === 'year' ? value * 12 : value)
  }
  try {
    const cron = new Cron(schedule.value, { timezone, mode: '5-part' })
    return cron.nextRun(new Date(afterMs))?.getTime()
  } catch {
    // No pattern, or no time zone, that anybody knows.
    return undefined
  }
}

function monthsLater(atMs: number, months: number): number {
  const date = new Date(atMs)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, lastDay))
  return date.getTime()
}

/** Whether clocks can be set by this name. */
export function isTimezone(name: unknown): name is string {
  if (typeof name !== 'string' || name.length > 64) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    // RangeError: no such zone.
    return false
  }
}

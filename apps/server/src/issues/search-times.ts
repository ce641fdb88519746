import { parseTime, periodMs } from '../http/period.ts'
import { invalid, type Operator } from './issue-search.ts'

const DAY_MS = 86_400_000

/** From (included) and until (left out); absent: unbounded. */
export type TimeRange = { from?: Date; until?: Date }

/**
 * A time in a search: `-24h` is within the last 24 hours, `+7d` longer ago than 7 days, `2026-01-31`
 * that day (UTC), `>2026-01-31T10:00:00` after that moment.
 */
export function searchTime(key: string, operator: Operator, text: string, now: Date): TimeRange {
  const relative = /^([+-])(.+)$/.exec(text)
  if (relative && operator === '=') {
    const ms = periodMs(relative[2] ?? '')
    if (ms === undefined) throw notATime(key)
    const then = new Date(now.getTime() - ms)
    return relative[1] === '-' ? { from: then } : { until: then }
  }
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const at = parseTime(text)
  if (!at) throw notATime(key)
  const end = new Date(at.getTime() + (isDay ? DAY_MS : 1_000))
  if (operator === '>') return { from: end }
  if (operator === '>=') return { from: at }
  if (operator === '<') return { until: at }
  if (operator === '<=') return { until: end }
  return { from: at, until: end }
}

function notATime(key: string) {
  return invalid(`${key} takes a time such as -24h, +7d, 2026-01-31 or >2026-01-31T10:00:00.`)
}

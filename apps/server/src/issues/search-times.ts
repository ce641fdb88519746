import { invalid, type Operator } from './issue-search.ts'

const UNIT_MS: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const DAY_MS = 86_400_000

/** From (included) and until (left out); absent: unbounded. */
export type TimeRange = { from?: Date; until?: Date }

/** `14d` in milliseconds; undefined when it is no period. */
export function periodMs(text: string): number | undefined {
  const match = /^(\d{1,5})([smhdw])$/.exec(text)
  return match?.[1] && match[2] ? Number(match[1]) * (UNIT_MS[match[2]] ?? 0) : undefined
}

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

/** `2026-01-31`, `2026-01-31T10:00:00`, with `Z`, an offset or nothing, which is UTC; or undefined. */
export function parseTime(text: string): Date | undefined {
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(text)
  if (!match) return undefined
  const time = new Date(`${match[1]}T${match[2] ?? '00:00:00'}${match[3] ?? 'Z'}`)
  return Number.isNaN(time.getTime()) ? undefined : time
}

function notATime(key: string) {
  return invalid(`${key} takes a time such as -24h, +7d, 2026-01-31 or >2026-01-31T10:00:00.`)
}

import { type Database, sql } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import type { Window } from '../http/period.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const MAX_INTERVALS = 1_000

/** Sentry counts these three as errors. */
const ERROR_CATEGORIES = ['error', 'default', 'security']

/** What the ledger can be grouped by. */
const COLUMNS = {
  outcome: 'outcome',
  reason: 'reason',
  category: 'category',
  project: 'project_id',
} as const
export type Grouping = keyof typeof COLUMNS

export type Intervals = { starts: Date[]; end: Date; stepMs: number }
export type OutcomeSeries = {
  by: Partial<Record<Grouping, string | number>>
  quantity: number
  series: number[]
}
export type OutcomesWanted = {
  projectIds: readonly number[]
  keyId?: number | undefined
  groupBy: readonly Grouping[]
  intervals: Intervals
  /** Only these values; an empty list is all. */
  only?: { outcome: readonly string[]; reason: readonly string[]; category: readonly string[] }
  /** `error` stands for all that Sentry counts as errors. */
  mergeErrors?: boolean
}

/**
 * The whole intervals that hold the window; days are those of UTC.
 * @throws AppError `invalid_request` when there are too many of them
 */
export function intervalsOf(window: Window, stepMs: number, now: Date): Intervals {
  const untilMs = (window.until ?? now).getTime()
  const fromMs = (window.from ?? new Date(untilMs - DAY_MS)).getTime()
  const startMs = Math.floor(fromMs / stepMs) * stepMs
  const endMs = Math.ceil(untilMs / stepMs) * stepMs
  const count = (endMs - startMs) / stepMs
  if (count <= 0) throw new AppError('invalid_request', 'start must lie before end.')
  if (count > MAX_INTERVALS) {
    const sentence = `That is ${count} intervals, of at most ${MAX_INTERVALS}; take longer ones.`
    throw new AppError('invalid_request', sentence)
  }
  const starts = Array.from({ length: count }, (_, index) => new Date(startMs + index * stepMs))
  return { starts, end: new Date(endMs), stepMs }
}

/** Sums of the ledger, one series for each group, the largest first. */
export async function outcomeSeries(
  database: Database,
  { projectIds, keyId, groupBy, intervals, only, mergeErrors = false }: OutcomesWanted,
): Promise<OutcomeSeries[]> {
  const { starts, end, stepMs } = intervals
  const category = mergeErrors
    ? `case when category = any('{${ERROR_CATEGORIES}}') then 'error' else category end`
    : 'category'
  const columns = groupBy.map((name) => {
    return `${name === 'category' ? category : COLUMNS[name]} as "${name}"`
  })
  const rows = await sql<Record<string, string | number> & { at: number; n: string }>(
    database,
    `select ${columns.map((column) => `${column},`).join(' ')}
       floor((extract(epoch from hour) * 1000 - $4::float8) / $5::float8)::int as at, sum(n) as n
     from outcome_hour
     where project_id = any($1::int[]) and hour >= $2 and hour < $3
       and ($6::int is null or key_id = $6)
       and (cardinality($7::text[]) = 0 or outcome = any($7))
       and (cardinality($8::text[]) = 0 or reason = any($8))
       and (cardinality($9::text[]) = 0 or ${category} = any($9))
     group by ${[...groupBy.map((name) => `"${name}"`), 'at'].join(', ')}`,
    [
      projectIds,
      starts[0]?.toISOString(),
      end.toISOString(),
      starts[0]?.getTime(),
      stepMs,
      keyId ?? null,
      only?.outcome ?? [],
      only?.reason ?? [],
      only?.category ?? [],
    ],
  )
  const groups = new Map<string, OutcomeSeries>()
  for (const { at, n, ...by } of rows) {
    const name = JSON.stringify(groupBy.map((column) => by[column]))
    const empty = { by, quantity: 0, series: starts.map(() => 0) } as OutcomeSeries
    const group = groups.get(name) ?? empty
    groups.set(name, group)
    group.quantity += Number(n)
    group.series[at] = (group.series[at] ?? 0) + Number(n)
  }
  return [...groups].sort(byQuantity).map(([, group]) => group)
}

type Named = [name: string, group: OutcomeSeries]

function byQuantity([nameA, a]: Named, [nameB, b]: Named): number {
  return b.quantity - a.quantity || (nameA < nameB ? -1 : 1)
}

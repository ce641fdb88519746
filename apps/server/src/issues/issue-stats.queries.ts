import type { Series } from '@mayday/protocol/api/issues'
import { type Database, sql } from '../db/sql.ts'

const HOUR_SECONDS = 3_600
const DAY_SECONDS = 86_400

/** The two charts of Sentry's API: so many buckets of so many seconds, the last one not over yet. */
export const STATS_PERIODS = {
  '24h': { buckets: 24, seconds: HOUR_SECONDS },
  '14d': { buckets: 14, seconds: DAY_SECONDS },
} as const
export type StatsPeriod = keyof typeof STATS_PERIODS

/** Start of each bucket in seconds since 1970, oldest first; the last one holds `now`. */
export function bucketStarts(buckets: number, seconds: number, now: Date): number[] {
  const last = Math.floor(now.getTime() / 1_000 / seconds) * seconds
  return Array.from({ length: buckets }, (_, index) => last - (buckets - 1 - index) * seconds)
}

/** Counts by bucket start, filled up so that no bucket is missing. */
export function fillSeries(starts: number[], counts: ReadonlyMap<number, number>): Series {
  return starts.map((start) => [start, counts.get(start) ?? 0])
}

/** Events per bucket of many issues at once; an empty list of environments means all of them. */
export async function issueSeries(
  database: Database,
  issueIds: string[],
  period: StatsPeriod,
  { environments, now }: { environments: readonly string[]; now: Date },
): Promise<Map<string, Series>> {
  const { buckets, seconds } = STATS_PERIODS[period]
  const starts = bucketStarts(buckets, seconds, now)
  const rows = await sql<{ issue_id: string; start: number; n: number }>(
    database,
    `select issue_id::text, sum(n)::int as n,
       (floor(extract(epoch from hour) / $2) * $2)::int as start
     from issue_hour where issue_id = any($1::bigint[]) and hour >= to_timestamp($3)
       and (cardinality($4::text[]) = 0 or environment = any($4))
     group by issue_id, start`,
    [issueIds, seconds, starts[0], environments],
  )
  const counts = new Map(issueIds.map((id) => [id, new Map<number, number>()]))
  for (const { issue_id, start, n } of rows) counts.get(issue_id)?.set(start, n)
  return new Map([...counts].map(([id, byStart]) => [id, fillSeries(starts, byStart)]))
}

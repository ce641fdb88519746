import type { ProjectOverview } from '@mayday/protocol/api/issues'
import { iso } from '../db/iso.ts'
import { type Database, sql, sqlOne } from '../db/sql.ts'
import { countIssues } from './issue-list.queries.ts'
import { parseSearch } from './issue-search.ts'
import { bucketStarts, fillSeries } from './issue-stats.queries.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Beyond this many sightings of users the number of distinct ones is that of the latest ones. */
const MOST_SIGHTINGS = 100_000
const MOST_RELEASES = 50
const COUNTED = ['unresolved', 'new', 'regressed', 'resolved', 'ignored'] as const

export type OverviewWanted = {
  projectId: number
  periodMs: number
  environments: string[]
  now: Date
}

export async function projectOverview(
  database: Database,
  wanted: OverviewWanted,
): Promise<ProjectOverview> {
  const from = new Date(wanted.now.getTime() - wanted.periodMs)
  const [series, users, newest, releases, counts, hasEvents] = await Promise.all([
    eventSeries(database, wanted),
    distinctUsers(database, wanted.projectId, from),
    newestRelease(database, wanted.projectId),
    releasesSince(database, wanted.projectId, from),
    issueCounts(database, wanted, from),
    projectHasEvents(database, wanted.projectId),
  ])
  return {
    events: series.reduce((sum, [, n]) => sum + n, 0),
    users,
    newestRelease: newest?.version ?? null,
    newInRelease: newest?.issues ?? 0,
    regressed: counts.regressed,
    series,
    releases,
    counts,
    hasEvents,
  }
}

/** Hours for two days, six hours for two weeks, days beyond: a chart of at most some 90 bars. */
function bucketSeconds(periodMs: number): number {
  if (periodMs <= 2 * DAY_MS) return HOUR_MS / 1_000
  return (periodMs <= 14 * DAY_MS ? 6 * HOUR_MS : DAY_MS) / 1_000
}

async function eventSeries(database: Database, wanted: OverviewWanted) {
  const seconds = bucketSeconds(wanted.periodMs)
  const buckets = Math.max(1, Math.ceil(wanted.periodMs / 1_000 / seconds))
  const starts = bucketStarts(buckets, seconds, wanted.now)
  const rows = await sql<{ start: number; n: number }>(
    database,
    `select sum(n)::float8 as n, (floor(extract(epoch from hour) / $2) * $2)::int as start
     from project_hour where project_id = $1 and hour >= to_timestamp($3)
       and (cardinality($4::text[]) = 0 or environment = any($4))
     group by start`,
    [wanted.projectId, seconds, starts[0], wanted.environments],
  )
  return fillSeries(starts, new Map(rows.map(({ start, n }) => [start, n])))
}

async function distinctUsers(database: Database, projectId: number, from: Date): Promise<number> {
  const row = await sqlOne<{ n: number }>(
    database,
    `select count(*)::int as n from (select distinct user_hash from (
       select user_hash from issue_user where project_id = $1 and last_seen >= $2
       order by last_seen desc limit ${MOST_SIGHTINGS}) seen) users`,
    [projectId, from],
  )
  return row?.n ?? 0
}

/** Issues first seen in a release cannot be older than the release: that bounds the walk. */
function newestRelease(database: Database, projectId: number) {
  return sqlOne<{ version: string; issues: number }>(
    database,
    `select r.version, (
       select count(*)::int from (
         select from issue i where i.project_id = r.project_id
           and i.status in (0, 1, 2) and i.first_seen >= r.first_seen - interval '1 day'
           and i.first_release = r.version limit 1000) hit) as issues
     from release r where r.project_id = $1 order by r.first_seen desc, r.id desc limit 1`,
    [projectId],
  )
}

function releasesSince(database: Database, projectId: number, from: Date) {
  return sql<{ version: string; firstSeen: string }>(
    database,
    `select version, ${iso('first_seen')} as "firstSeen" from release
     where project_id = $1 and first_seen >= $2 order by first_seen desc, id desc limit ${MOST_RELEASES}`,
    [projectId, from],
  )
}

async function issueCounts(
  database: Database,
  { projectId, environments, now }: OverviewWanted,
  from: Date,
): Promise<ProjectOverview['counts']> {
  const counts = await Promise.all(
    COUNTED.map((word) =>
      countIssues(database, {
        projectIds: [projectId],
        terms: parseSearch(`is:${word}`),
        environments,
        window: { from, until: undefined },
        now,
      }),
    ),
  )
  const [unresolved = 0, fresh = 0, regressed = 0, resolved = 0, ignored = 0] = counts
  return { unresolved, new: fresh, regressed, resolved, ignored }
}

async function projectHasEvents(database: Database, projectId: number): Promise<boolean> {
  const row = await sqlOne<{ has_events: boolean }>(
    database,
    `select first_event_at is not null or exists (select from issue where project_id = $1)
       as has_events from project where id = $1`,
    [projectId],
  )
  return row?.has_events ?? false
}

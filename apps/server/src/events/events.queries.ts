import type { EventLocation } from '@mayday/protocol/api/events'
import { type Database, sql, sqlOne } from '../db/sql.ts'
import type { Cursor, Keyed, Page } from '../http/page.ts'
import { toPage } from '../http/page.ts'
import type { EventRow, Neighbours } from './event-view.ts'

/** Counting further would cost more than the number is worth. */
const MOST_POSITIONS = 10_000

const COLUMNS = `e.event_id as "eventId", e.project_id as "projectId", e.issue_id::text as "issueId",
  e.received_at as "receivedAt", e.occurred_at as "occurredAt", e.client_ip as "clientIp", e.size,
  e.encoding, e.data`

/**
 * The issue whose events are asked for. No event of it was received before `since`, which leaves
 * older partitions unread.
 */
export type OfIssue = { issueId: string; since: Date; environments: readonly string[] }

export type EventFilter = OfIssue & { release?: string | undefined; level?: number | undefined }

const OF_ISSUE = `e.issue_id = $1 and e.received_at >= $2
  and (cardinality($3::text[]) = 0 or e.environment = any($3))`

/** The newest event of an issue, or the oldest one still kept. */
export function edgeEvent(
  database: Database,
  { issueId, since, environments }: OfIssue,
  edge: 'latest' | 'oldest',
): Promise<EventRow | undefined> {
  const direction = edge === 'latest' ? 'desc' : 'asc'
  return sqlOne<EventRow>(
    database,
    `select ${COLUMNS} from event e where ${OF_ISSUE}
     order by e.received_at ${direction}, e.event_id ${direction} limit 1`,
    [issueId, since, environments],
  )
}

/** `eventId` in any spelling of a UUID. */
export function eventOfIssue(
  database: Database,
  issueId: string,
  eventId: string,
): Promise<EventRow | undefined> {
  return sqlOne<EventRow>(
    database,
    `select ${COLUMNS} from event e where e.event_id = $2::uuid and e.issue_id = $1 limit 1`,
    [issueId, eventId],
  )
}

export function eventOfProject(
  database: Database,
  projectId: number,
  eventId: string,
): Promise<EventRow | undefined> {
  return sqlOne<EventRow>(
    database,
    `select ${COLUMNS} from event e where e.event_id = $2::uuid and e.project_id = $1 limit 1`,
    [projectId, eventId],
  )
}

/** What comes before and after an event within its issue, and which one it is, oldest first. */
export async function neighboursOf(
  database: Database,
  { issueId, since, environments }: OfIssue,
  { receivedAt, eventId }: EventRow,
): Promise<Neighbours> {
  // Digest stores whole milliseconds, so that a Date says exactly when the row was received.
  const row = await sqlOne<{ previousId: string | null; nextId: string | null; older: number }>(
    database,
    `select
       (select e.event_id from event e where ${OF_ISSUE} and e.received_at <= $4
          and (e.received_at, e.event_id) < ($4, $5::uuid)
        order by e.received_at desc, e.event_id desc limit 1) as "previousId",
       (select e.event_id from event e where ${OF_ISSUE} and e.received_at >= $4
          and (e.received_at, e.event_id) > ($4, $5::uuid)
        order by e.received_at, e.event_id limit 1) as "nextId",
       (select count(*)::int from (select from event e where ${OF_ISSUE} and e.received_at <= $4
          and (e.received_at, e.event_id) < ($4, $5::uuid) limit ${MOST_POSITIONS}) before) as older`,
    [issueId, since, environments, receivedAt, eventId],
  )
  const { previousId = null, nextId = null, older = 0 } = row ?? {}
  return { previousId, nextId, position: older < MOST_POSITIONS ? older + 1 : null }
}

/** One page of an issue's events, the newest first. */
export async function listEvents(
  database: Database,
  { issueId, since, environments, release, level }: EventFilter,
  { limit, cursor }: { limit: number; cursor: Cursor | undefined },
): Promise<Page<EventRow & Keyed>> {
  const direction = cursor?.isPrevious ? 'asc' : 'desc'
  const sign = cursor?.isPrevious ? '>' : '<'
  const rows = await sql<EventRow & Keyed>(
    database,
    `select ${COLUMNS}, (extract(epoch from e.received_at) * 1000000)::bigint::text as "sortValue",
       replace(e.event_id::text, '-', '') as "rowId"
     from event e where ${OF_ISSUE}
       and ($5::text is null or e.release = $5) and ($6::smallint is null or e.level = $6)
       ${cursor ? `and (e.received_at, e.event_id) ${sign} ('epoch'::timestamptz + $7::bigint * interval '1 microsecond', $8::uuid)` : ''}
     order by e.received_at ${direction}, e.event_id ${direction} limit $4`,
    [
      issueId,
      since,
      environments,
      limit + 1,
      release ?? null,
      level ?? null,
      ...(cursor ? [cursor.value, cursor.row.padStart(32, '0')] : []),
    ],
  )
  return toPage(rows, limit, cursor)
}

/** Events whose id begins with the given hex digits; two at most, since one more is as bad as many. */
export function eventsByPrefix(
  database: Database,
  organizationIds: readonly number[],
  prefix: string,
): Promise<EventLocation[]> {
  return sql<EventLocation>(
    database,
    `select o.slug as "organizationSlug", p.slug as "projectSlug", e.issue_id::text as "groupId",
       replace(e.event_id::text, '-', '') as "eventId"
     from event e join project p on p.id = e.project_id
     join organization o on o.id = p.organization_id
     where e.event_id between $2::uuid and $3::uuid and p.organization_id = any($1::int[])
     limit 2`,
    [organizationIds, prefix.padEnd(32, '0'), prefix.padEnd(32, 'f')],
  )
}

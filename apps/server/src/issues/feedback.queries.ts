import type { Feedback } from '@mayday/protocol/api/feedback'
import { type Database, sql } from '../db/sql.ts'
import { type Cursor, type Keyed, type Page, toPage } from '../http/page.ts'
import { formatShortId } from './short-id.ts'

export type FeedbackRow = Keyed & {
  id: string
  eventId: string | null
  message: string
  name: string | null
  email: string | null
  url: string | null
  source: string | null
  occurredAt: Date
  issueId: string | null
  number: number | null
  title: string | null
  projectSlug: string
}

/** Of an issue, or of a whole project. */
export type Place = { column: 'issue_id' | 'project_id'; value: string | number }

/** One page of what people wrote, the newest first. */
export async function listFeedback(
  database: Database,
  { column, value }: Place,
  { limit, cursor }: { limit: number; cursor: Cursor | undefined },
): Promise<Page<FeedbackRow>> {
  const direction = cursor?.isPrevious ? 'asc' : 'desc'
  const sign = cursor?.isPrevious ? '>' : '<'
  const rows = await sql<FeedbackRow>(
    database,
    `select replace(f.feedback_id::text, '-', '') as id, replace(f.event_id::text, '-', '') as "eventId",
       f.message, f.name, f.email, f.url, f.source, f.occurred_at as "occurredAt",
       f.issue_id::text as "issueId", i.number, i.title, p.slug as "projectSlug",
       (extract(epoch from f.received_at) * 1000000)::bigint::text as "sortValue",
       replace(f.feedback_id::text, '-', '') as "rowId"
     from feedback f join project p on p.id = f.project_id left join issue i on i.id = f.issue_id
     where f.${column} = $1
       ${cursor ? `and (f.received_at, f.feedback_id) ${sign} ('epoch'::timestamptz + $3::bigint * interval '1 microsecond', $4::uuid)` : ''}
     order by f.received_at ${direction}, f.feedback_id ${direction} limit $2`,
    [value, limit + 1, ...(cursor ? [cursor.value, cursor.row.padStart(32, '0')] : [])],
  )
  return toPage(rows, limit, cursor)
}

export function feedbackOf(row: FeedbackRow): Feedback {
  const { id, eventId, name, email, message, occurredAt, issueId, number, title, url, source } = row
  return {
    id,
    eventID: eventId ?? '',
    name,
    email,
    comments: message,
    dateCreated: occurredAt.toISOString(),
    issue:
      issueId === null || number === null
        ? null
        : { id: issueId, shortId: formatShortId(row.projectSlug, number), title: title ?? '' },
    url,
    source,
  }
}

import { type Statements, sql } from '../../db/sql.ts'
import type { Feedback, Linked } from '../states.ts'

/**
 * Stores what people wrote, and ties it to the issue of the event that it is about, whichever of the
 * two comes first. The same feedback again changes nothing.
 */
export async function storeFeedback(
  database: Statements,
  feedback: readonly Feedback[],
  stored: readonly Linked[],
): Promise<void> {
  for (const one of feedback) {
    await sql(database, INSERT, [
      one.projectId,
      one.feedbackId,
      one.eventId,
      new Date(one.receivedAtMs),
      new Date(one.occurredAtMs),
      one.message,
      one.name,
      one.email,
      one.url,
      one.source,
    ])
  }
  if (stored.length > 0) {
    await sql(database, TIE, [
      stored.map(({ projectId }) => projectId),
      stored.map(({ eventId }) => eventId),
      stored.map(({ issueId }) => issueId),
    ])
  }
}

const INSERT = `
insert into feedback (project_id, feedback_id, event_id, issue_id, received_at, occurred_at,
  message, name, email, url, source)
values ($1, $2, $3::uuid, (select issue_id from event where event_id = $3::uuid and project_id = $1
  limit 1), $4, $5, $6, $7, $8, $9, $10)
on conflict do nothing`

const TIE = `
update feedback set issue_id = found.issue_id
from unnest($1::int[], $2::uuid[], $3::bigint[]) as found (project_id, event_id, issue_id)
where feedback.issue_id is null and feedback.event_id = found.event_id
  and feedback.project_id = found.project_id`

import { type Database, sqlOne } from '../db/sql.ts'

const EVENTS_AT_ONCE = 10_000

/** Deletes the events of issues, and what is attached to them, in bites that each stay far below the statement timeout. */
export async function deleteEventsOfIssues(
  database: Database,
  issueIds: readonly string[],
): Promise<void> {
  let deleted: number
  do {
    const row = await sqlOne<{ n: number }>(
      database,
      `with bite as (select issue_id, received_at, event_id from event
         where issue_id = any($1::bigint[]) limit ${EVENTS_AT_ONCE}),
       gone as (delete from event using bite where event.issue_id = bite.issue_id
         and event.received_at = bite.received_at and event.event_id = bite.event_id
         returning event.project_id, event.event_id),
       files as (delete from attachment using gone where attachment.project_id = gone.project_id
         and attachment.event_id = gone.event_id)
       select count(*)::int as n from gone`,
      [issueIds],
    )
    deleted = row?.n ?? 0
  } while (deleted > 0)
}

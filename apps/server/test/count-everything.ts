import type { DataSource } from 'typeorm'
import { sqlOne } from '../src/db/sql.ts'

/** Every number that must agree: events, and each way in which they are counted. */
export function countEverything(database: DataSource, projectId: number) {
  return sqlOne<Record<string, number>>(
    database,
    `select (select count(*) from event where project_id = $1)::int as events,
       (select count(*) from issue where project_id = $1)::int as issues,
       (select coalesce(sum(times_seen), 0) from issue where project_id = $1)::int as seen,
       (select coalesce(sum(n), 0) from issue_hour join issue on issue.id = issue_id
         where project_id = $1)::int as issue_hours,
       (select coalesce(sum(n), 0) from project_hour where project_id = $1)::int as project_hours,
       (select coalesce(sum(n), 0) from issue_tag where project_id = $1 and key = 'level')::int as levels,
       (select coalesce(sum(n), 0) from outcome_hour
         where project_id = $1 and outcome = 'accepted')::int as accepted,
       (select coalesce(sum(n), 0) from outcome_hour
         where project_id = $1 and reason = 'duplicate')::int as duplicates`,
    [projectId],
  )
}
/** What it gives when every way of counting agrees. */
export const counted = (events: number, issues: number, duplicates = 0) => ({
  events,
  issues,
  seen: events,
  issue_hours: events,
  project_hours: events,
  levels: events,
  accepted: events,
  duplicates,
})

import type { Activity, IssueDetail } from '@mayday/protocol/api/issues'
import { iso } from '../db/iso.ts'
import { type Database, sql, sqlOne } from '../db/sql.ts'
import type { IssueRow } from './issue-rows.ts'

const MOST_ACTIVITIES = 100

/** What people and digest did to the issue, the latest first; that it began comes from the row itself. */
export async function issueActivity(database: Database, issue: IssueRow): Promise<Activity[]> {
  const rows = await sql<Activity>(
    database,
    `select a.id::text, a.type, ${iso('a.created_at')} as "dateCreated", a.data,
       case when c.id is not null then
         json_build_object('id', c.id::text, 'name', c.name, 'email', c.email) end as user
     from issue_activity a left join account c on c.id = a.account_id
     where a.issue_id = $1 and a.type <> 'first_seen' order by a.id desc limit ${MOST_ACTIVITIES}`,
    [issue.id],
  )
  const began: Activity = {
    id: '0',
    type: 'first_seen',
    dateCreated: issue.first_seen,
    user: null,
    data: {},
  }
  return [...rows, began]
}

type ReleaseRef = IssueDetail['firstRelease']

export async function issueReleases(
  database: Database,
  issue: IssueRow,
): Promise<{ firstRelease: ReleaseRef; lastRelease: ReleaseRef }> {
  const rows = await sql<{ version: string; dateCreated: string }>(
    database,
    `select version, ${iso('first_seen')} as "dateCreated" from release
     where project_id = $1 and version = any($2::text[])`,
    [issue.project_id, [issue.first_release, issue.last_release]],
  )
  const refOf = (version: string | null) => rows.find((row) => row.version === version) ?? null
  return { firstRelease: refOf(issue.first_release), lastRelease: refOf(issue.last_release) }
}

/** Share of the issue among all events of its project in the last 24 hours, 0 to 1. */
export async function shareOfProject(
  database: Database,
  issue: IssueRow,
  now: Date,
): Promise<number> {
  const from = new Date(now.getTime() - 86_400_000)
  const row = await sqlOne<{ mine: number; all: number }>(
    database,
    `select (select coalesce(sum(n), 0)::float8 from issue_hour
         where issue_id = $1 and hour >= $3) as mine,
       (select coalesce(sum(n), 0)::float8 from project_hour
         where project_id = $2 and hour >= $3) as all`,
    [issue.id, issue.project_id, from],
  )
  return row && row.all > 0 ? Math.min(row.mine / row.all, 1) : 0
}

/** Grouping hashes that lead to the issue. */
export function issueHashes(
  database: Database,
  issueId: string,
): Promise<{ id: string; algorithm: string; latestEvent: null }[]> {
  return sql(
    database,
    `select replace(hash::text, '-', '') as id, algorithm, null as "latestEvent"
     from issue_hash where issue_id = $1 order by hash limit 1000`,
    [issueId],
  )
}

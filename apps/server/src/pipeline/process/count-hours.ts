import { int4Array, int8Array, textArray, timestamptzArray } from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import type { Linked } from '../states.ts'
import { Tally } from '../tally.ts'

const HOUR_MS = 60 * 60 * 1000

type HourRow = { id: number; hourMs: number; environment: string; n: number }

/** Occurrences by the hour in which they happened, for each issue and each project. */
export async function countHours(database: Statements, events: readonly Linked[]): Promise<void> {
  if (events.length === 0) return
  const issues = new Tally<HourRow>()
  const projects = new Tally<HourRow>()
  for (const { issueId, projectId, occurredAtMs, environment } of events) {
    const hourMs = Math.floor(occurredAtMs / HOUR_MS) * HOUR_MS
    const row = { hourMs, environment: environment ?? '', n: 1 }
    issues.add(`${issueId}:${hourMs}:${row.environment}`, { id: issueId, ...row })
    projects.add(`${projectId}:${hourMs}:${row.environment}`, { id: projectId, ...row })
  }
  await sql(
    database,
    `insert into issue_hour (issue_id, hour, environment, n)
     select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::int[])
     on conflict (issue_id, hour, environment) do update set n = issue_hour.n + excluded.n`,
    columns(issues.sorted(), int8Array),
  )
  await sql(
    database,
    `insert into project_hour (project_id, hour, environment, n)
     select * from unnest($1::int[], $2::timestamptz[], $3::text[], $4::int[])
     on conflict (project_id, hour, environment) do update set n = project_hour.n + excluded.n`,
    columns(projects.sorted(), int4Array),
  )
}

function columns(rows: HourRow[], idArray: (ids: number[]) => Buffer): Buffer[] {
  return [
    idArray(rows.map(({ id }) => id)),
    timestamptzArray(rows.map(({ hourMs }) => hourMs)),
    textArray(rows.map(({ environment }) => environment)),
    int4Array(rows.map(({ n }) => n)),
  ]
}

import { int4Array, textArray, timestamptzArray } from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import type { Prepared } from '../states.ts'

/** Makes a row for each release that no event has named before. */
export async function linkReleases(
  database: Statements,
  events: readonly Prepared[],
): Promise<void> {
  const releases = new Map<string, { projectId: number; version: string; firstMs: number }>()
  for (const { projectId, release, occurredAtMs } of events) {
    if (release === null) continue
    const key = `${projectId}:${release}`
    const known = releases.get(key)
    if (known) known.firstMs = Math.min(known.firstMs, occurredAtMs)
    else releases.set(key, { projectId, version: release, firstMs: occurredAtMs })
  }
  if (releases.size === 0) return
  const rows = [...releases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  // Known ones are left out first: each conflict would use up a number of the identity column.
  await sql(
    database,
    `insert into release (project_id, version, first_seen)
     select * from unnest($1::int[], $2::text[], $3::timestamptz[])
       as u(project_id, version, first_seen)
     where not exists (select from release r
       where r.project_id = u.project_id and r.version = u.version)
     on conflict (project_id, version) do nothing`,
    [
      int4Array(rows.map(({ projectId }) => projectId)),
      textArray(rows.map(({ version }) => version)),
      timestamptzArray(rows.map(({ firstMs }) => firstMs)),
    ],
  )
}

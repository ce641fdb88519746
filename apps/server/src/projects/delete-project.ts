import type { Database } from '../db/sql.ts'
import { sql } from '../db/sql.ts'
import { deleteEventsOfIssues } from './delete-events.ts'

const ISSUES_AT_ONCE = 500

/**
 * Deletes a project. Its keys go first, so that nothing new comes in; then events and issues bite by
 * bite, so that no statement runs long. Broken off half-way, a second call goes on.
 */
export async function deleteProject(database: Database, projectId: number): Promise<void> {
  await database.query('delete from project_key where project_id = $1', [projectId])
  while (true) {
    const issues = await sql<{ id: string }>(
      database,
      'select id::text from issue where project_id = $1 order by id limit $2',
      [projectId, ISSUES_AT_ONCE],
    )
    if (issues.length === 0) break
    const ids = issues.map(({ id }) => id)
    await deleteEventsOfIssues(database, ids)
    await database.query('delete from issue where id = any($1::bigint[])', [ids])
  }
  await database.query('delete from project where id = $1', [projectId])
}

import { int8Array } from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import type { Linked } from '../states.ts'

/** Another digest was first with all events that a new issue was opened for: nothing would be in it. */
export async function dropEmptyIssues(
  database: Statements,
  created: readonly number[],
  stored: readonly Linked[],
): Promise<void> {
  if (created.length === 0) return
  const filled = new Set(stored.map(({ issueId }) => issueId))
  const empty = created.filter((id) => !filled.has(id))
  if (empty.length === 0) return
  await sql(database, 'delete from issue where id = any ($1::bigint[])', [int8Array(empty)])
}

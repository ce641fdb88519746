import { int4Array } from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import type { PreparedRecord } from '../states.ts'

/** Takes out records of projects that were deleted after intake had accepted them. */
export async function dropGoneProjects(
  database: Statements,
  records: readonly PreparedRecord[],
): Promise<{ kept: PreparedRecord[]; gone: number[] }> {
  const ids = [...new Set(records.map(({ record }) => record.projectId))]
  if (ids.length === 0) return { kept: [], gone: [] }
  const rows = await sql<{ id: number }>(
    database,
    'select id from project where id = any ($1::int[])',
    [int4Array(ids)],
  )
  const existing = new Set(rows.map(({ id }) => id))
  return {
    kept: records.filter(({ record }) => existing.has(record.projectId)),
    gone: ids.filter((id) => !existing.has(id)),
  }
}

import { type Database, sql } from '../db/sql.ts'
import { AppError } from '../errors.ts'

/** Projects of the organisations, narrowed to those that `project` names, by id or slug. */
export async function chosenProjects(
  database: Database,
  organizationIds: readonly number[],
  chosen: string[],
): Promise<number[]> {
  const names = chosen.filter((name) => name !== '' && name !== '-1')
  const rows = await sql<{ id: number }>(
    database,
    `select id from project where organization_id = any($1::int[])
       and (cardinality($2::text[]) = 0 or slug = any($2) or id::text = any($2))`,
    [organizationIds, names],
  )
  if (names.length > 0 && rows.length === 0) {
    throw new AppError('not_found', 'There is no such project, or it is not yours.')
  }
  return rows.map(({ id }) => id)
}

import { type Database, sql, sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { ISSUE_COLUMNS, type IssueRow } from './issue-rows.ts'
import { parseShortId } from './short-id.ts'

const SELECT = `select ${ISSUE_COLUMNS} from issue i
  join project p on p.id = i.project_id join organization o on o.id = p.organization_id`

/**
 * The issue by row id or short id within the organisations that the caller may act in.
 * @throws AppError `not_found`, also for an issue of somebody else.
 */
export async function findIssue(
  database: Database,
  organizationIds: readonly number[],
  idOrShortId: string,
): Promise<IssueRow> {
  const row = /^\d{1,18}$/.test(idOrShortId)
    ? await sqlOne<IssueRow>(
        database,
        `${SELECT} where i.id = $2 and p.organization_id = any($1::int[])`,
        [organizationIds, idOrShortId],
      )
    : await findByShortId(database, organizationIds, idOrShortId)
  if (!row) throw new AppError('not_found', 'There is no such issue, or it is not yours.')
  return row
}

async function findByShortId(
  database: Database,
  organizationIds: readonly number[],
  text: string,
): Promise<IssueRow | undefined> {
  const shortId = parseShortId(text)
  if (!shortId) return undefined
  return sqlOne<IssueRow>(
    database,
    `${SELECT} where p.organization_id = any($1::int[]) and p.slug = $2 and i.number = $3
     order by o.id limit 1`,
    [organizationIds, shortId.projectSlug, shortId.number],
  )
}

/** Those of the ids that belong to the given projects; the rest might as well not exist. */
export async function ownedIssueIds(
  database: Database,
  projectIds: readonly number[],
  ids: readonly string[],
): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    database,
    'select id::text from issue where id = any($1::bigint[]) and project_id = any($2::int[])',
    [ids, projectIds],
  )
  return rows.map(({ id }) => id)
}

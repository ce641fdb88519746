import { type Database, sql, sqlOne } from '../db/sql.ts'
import { SqlParameters } from '../db/sql-parameters.ts'
import { type Cursor, type Keyed, type Page, toPage } from '../http/page.ts'
import type { Window } from '../http/period.ts'
import { ISSUE_COLUMNS, type IssueRow } from './issue-rows.ts'
import type { SearchTerm } from './issue-search.ts'
import { searchConditions } from './search-conditions.ts'

/** Beyond this a count says "at least": counting everything is linear in the number of issues. */
export const MAX_HITS = 1_000

const MICROSECONDS = (column: string) => `(extract(epoch from ${column}) * 1000000)::bigint`
const TIME = (parameter: string) =>
  `('epoch'::timestamptz + ${parameter}::bigint * interval '1 microsecond')`

/** Each sort has an index (project, status, column desc, id desc); the cursor holds the column as a number. */
const SORTS = {
  date: { column: 'last_seen', toNumber: MICROSECONDS, fromNumber: TIME },
  new: { column: 'first_seen', toNumber: MICROSECONDS, fromNumber: TIME },
  freq: {
    column: 'times_seen',
    toNumber: (column: string) => column,
    fromNumber: (parameter: string) => `${parameter}::bigint`,
  },
  user: {
    column: 'users_seen',
    toNumber: (column: string) => column,
    fromNumber: (parameter: string) => `${parameter}::bigint`,
  },
}

export type IssueFilter = {
  projectIds: number[]
  terms: SearchTerm[]
  environments: string[]
  window: Window
  now: Date
}
export type IssueListing = IssueFilter & {
  sort: keyof typeof SORTS
  limit: number
  cursor: Cursor | undefined
}
export type IssuePage = Page<IssueRow & Keyed>

/**
 * One page of issues. Each pair of project and status walks its own index from the cursor on, and the
 * few rows of each are merged: the time does not depend on how many issues there are.
 */
export async function listIssues(database: Database, listing: IssueListing): Promise<IssuePage> {
  const { sort, limit, cursor } = listing
  const { column, toNumber, fromNumber } = SORTS[sort]
  const parameters = new SqlParameters()
  const { from, where } = filtered(listing, parameters)
  const direction = cursor?.isPrevious ? 'asc' : 'desc'
  if (cursor) {
    const value = fromNumber(parameters.add(cursor.value))
    const sign = cursor.isPrevious ? '>' : '<'
    where.push(`(i.${column}, i.id) ${sign} (${value}, ${parameters.add(cursor.row)}::bigint)`)
  }
  const order = (table: string) => `${table}.${column} ${direction}, ${table}.id ${direction}`
  const most = parameters.add(limit + 1)
  const rows = await sql<IssueRow & Keyed>(
    database,
    `select ${ISSUE_COLUMNS}, ${toNumber(`i.${column}`)}::text as "sortValue", i.id::text as "rowId"
     from (
       select hit.id, hit.${column} from ${from} cross join lateral (
         select i.id, i.${column} from issue i where ${where.join(' and ')}
         order by ${order('i')} limit ${most}) hit
       order by ${order('hit')} limit ${most}) page
     join issue i on i.id = page.id
     join project p on p.id = i.project_id join organization o on o.id = p.organization_id
     order by ${order('page')}`,
    parameters.values,
  )
  return toPage(rows, limit, cursor)
}

/** How many issues a filter finds, counted up to `MAX_HITS`. */
export async function countIssues(database: Database, filter: IssueFilter): Promise<number> {
  const parameters = new SqlParameters()
  const { from, where } = filtered(filter, parameters)
  const row = await sqlOne<{ n: number }>(
    database,
    `select count(*)::int as n from (select from ${from} cross join lateral (
       select from issue i where ${where.join(' and ')} limit ${MAX_HITS}) hit limit ${MAX_HITS}) hits`,
    parameters.values,
  )
  return row?.n ?? 0
}

/** Ids of what a search finds, for a change in bulk. */
export async function findIssueIds(
  database: Database,
  filter: IssueFilter,
  most: number,
): Promise<string[]> {
  const parameters = new SqlParameters()
  const { from, where } = filtered(filter, parameters)
  const limit = parameters.add(most)
  const rows = await sql<{ id: string }>(
    database,
    `select hit.id::text from ${from} cross join lateral (
       select i.id from issue i where ${where.join(' and ')} order by i.last_seen desc limit ${limit}) hit
     limit ${limit}`,
    parameters.values,
  )
  return rows.map(({ id }) => id)
}

function filtered(
  filter: IssueFilter,
  parameters: SqlParameters,
): { from: string; where: string[] } {
  const { statuses, where } = searchConditions(filter.terms, parameters, filter.now)
  const projects = parameters.add(filter.projectIds)
  const from = `unnest(${projects}::int[]) project(id)
    cross join unnest(${parameters.add(statuses)}::smallint[]) status(number)
    left join lateral (select r.version from release r where r.project_id = project.id
      order by r.first_seen desc, r.id desc limit 1) newest on true`
  const { window, environments } = filter
  if (window.from) where.push(`i.last_seen >= ${parameters.add(window.from)}`)
  if (window.until) where.push(`i.first_seen < ${parameters.add(window.until)}`)
  if (environments.length > 0) {
    where.push(`exists (select from issue_tag t where t.issue_id = i.id and t.key = 'environment'
      and t.value = any(${parameters.add(environments)}::text[]))`)
  }
  return { from, where: ['i.project_id = project.id', 'i.status = status.number', ...where] }
}

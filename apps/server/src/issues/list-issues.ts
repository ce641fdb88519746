import type { Issue, Series } from '@mayday/protocol/api/issues'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { linkPages, parseCursor } from '../http/page.ts'
import { pageSize } from '../http/params.ts'
import { windowOf } from '../http/period.ts'
import { findIssue } from './find-issues.ts'
import { countIssues, type IssueFilter, listIssues, MAX_HITS } from './issue-list.queries.ts'
import type { IssueListParams } from './issue-list-params.ts'
import { type IssueRow, issueOf } from './issue-rows.ts'
import { parseSearch } from './issue-search.ts'
import { issueSeries } from './issue-stats.queries.ts'
import { parseShortId } from './short-id.ts'

const USUAL_QUERY = 'is:unresolved'

type Place = { database: Database; publicUrl: string; organizationIds: readonly number[] }
type Http = { request: FastifyRequest; reply: FastifyReply }

/** Answers an issue list: the page, its `Link` header, and in `X-Hits` how many there are. */
export async function answerIssueList(
  place: Place,
  projectIds: number[],
  params: IssueListParams,
  { request, reply }: Http,
): Promise<Issue[]> {
  const { database, publicUrl } = place
  const direct = await lookUpShortId(place, projectIds, params)
  if (direct) {
    void reply.header('x-sentry-direct-hit', '1').header('x-hits', '1')
    return withStats(place, [direct], params)
  }
  const filter = filterOf(projectIds, params)
  const cursor = parseCursor(params.cursor)
  // Cursors of events hold hex digits, those of issues a row id.
  if (cursor && !/^\d{1,18}$/.test(cursor.row)) throw new AppError('invalid_cursor')
  const page = await listIssues(database, {
    ...filter,
    sort: params.sort,
    limit: pageSize(params),
    cursor,
  })
  linkPages(request, reply, publicUrl, page)
  // A first page without a next one is all there is: nothing needs to be counted.
  const isAll = !page.hasPrevious && !page.hasNext
  const hits = isAll ? page.rows.length : await countIssues(database, filter)
  void reply.header('x-hits', hits).header('x-max-hits', MAX_HITS)
  return withStats(place, page.rows, params)
}

export function filterOf(projectIds: number[], params: IssueListParams): IssueFilter {
  const now = new Date()
  return {
    projectIds,
    terms: parseSearch(params.query ?? USUAL_QUERY),
    environments: params.environment.filter((name) => name !== ''),
    window: windowOf(params, now),
    now,
  }
}

async function lookUpShortId(
  { database, organizationIds }: Place,
  projectIds: number[],
  { shortIdLookup, query }: IssueListParams,
): Promise<IssueRow | undefined> {
  if (!/^(1|true)$/.test(shortIdLookup ?? '') || !parseShortId(query?.trim() ?? ''))
    return undefined
  try {
    const issue = await findIssue(database, organizationIds, query?.trim() ?? '')
    return projectIds.includes(Number(issue.project_id)) ? issue : undefined
  } catch (error) {
    // Words can look like a short id, so what is none is searched for as text.
    if (error instanceof AppError && error.code === 'not_found') return undefined
    throw error
  }
}

async function withStats(
  { database, publicUrl }: Place,
  rows: IssueRow[],
  { groupStatsPeriod, environment }: IssueListParams,
): Promise<Issue[]> {
  if (groupStatsPeriod === '') return rows.map((row) => issueOf(row, publicUrl, {}))
  const period = groupStatsPeriod === 'auto' ? '24h' : groupStatsPeriod
  const ids = rows.map(({ id }) => id)
  const environments = environment.filter((name) => name !== '')
  const series: Map<string, Series> = await issueSeries(database, ids, period, {
    environments,
    now: new Date(),
  })
  return rows.map((row) => issueOf(row, publicUrl, { [period]: series.get(row.id) ?? [] }))
}

import {
  bigintArray,
  boolArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestamptzArray,
} from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import type { Linked } from '../states.ts'
import { groupBy, Tally } from '../tally.ts'
import { type KnownStatus, regressionIn } from './regression.ts'

type KnownIssue = KnownStatus & { id: number; lastSeen: Date }

type IssueUpdate = {
  id: number
  events: readonly Linked[]
  newest: Linked
  earliestMs: number
  /** Whether `newest` is newer than what the row was last updated by. */
  isNewer: boolean
  users: number
  regression: Linked | undefined
}

/**
 * An issue that was there a moment ago is gone: somebody deleted it, or its project, between two
 * statements of the transaction. The batch is tried again.
 */
export class IssueGone extends Error {
  override readonly name = 'IssueGone'
}

/**
 * Brings the issues' own rows up to date, once for each issue whatever the number of events. Locks
 * the rows in the order of their ids and so guards the counts that belong to them.
 */
export async function updateIssues(database: Statements, events: readonly Linked[]): Promise<void> {
  if (events.length === 0) return
  const byIssue = groupBy(events, ({ issueId }) => issueId)
  const known = await lockIssues(database, [...byIssue.keys()])
  if (known.length < byIssue.size) throw new IssueGone('An issue was deleted while it was digested')
  const newUsers = await addUsers(database, events)
  const updates = known.map((issue) => {
    return updateOf(issue, byIssue.get(issue.id)!, newUsers.get(issue.id) ?? 0)
  })
  await write(database, updates)
  await recordRegressions(database, updates)
}

async function lockIssues(database: Statements, ids: number[]): Promise<KnownIssue[]> {
  const rows = await sql<KnownStatus & { id: string; lastSeen: Date }>(
    database,
    `select id, status, status_changed_at as "statusChangedAt", last_seen as "lastSeen"
     from issue where id = any ($1::bigint[]) order by id for update`,
    [int8Array(ids)],
  )
  return rows.map((row) => ({ ...row, id: Number(row.id) }))
}

/** Gives the number of users that each issue had not seen before. */
async function addUsers(
  database: Statements,
  events: readonly Linked[],
): Promise<Map<number, number>> {
  const users = new Tally<Linked & { n: number }>()
  for (const event of events) {
    if (event.userHash !== undefined) {
      users.add(`${event.issueId}:${event.userHash}`, { ...event, n: 1 })
    }
  }
  const rows = users.sorted()
  if (rows.length === 0) return new Map()
  // The hour keeps a busy user from being a row update in every batch.
  const inserted = await sql<{ issueId: string; n: number }>(
    database,
    `with seen as (
       insert into issue_user (issue_id, user_hash, project_id, last_seen)
       select * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::timestamptz[])
       on conflict (issue_id, user_hash) do update set last_seen = excluded.last_seen
         where issue_user.last_seen < excluded.last_seen - interval '1 hour'
       returning issue_id, xmax = 0 as is_new)
     select issue_id as "issueId", count(*)::int as n from seen where is_new group by issue_id`,
    [
      int8Array(rows.map(({ issueId }) => issueId)),
      bigintArray(rows.map(({ userHash }) => userHash!)),
      int4Array(rows.map(({ projectId }) => projectId)),
      timestamptzArray(rows.map(({ occurredAtMs }) => occurredAtMs)),
    ],
  )
  return new Map(inserted.map(({ issueId, n }) => [Number(issueId), n]))
}

function updateOf(issue: KnownIssue, events: readonly Linked[], users: number): IssueUpdate {
  const newest = events.reduce((a, b) => (b.occurredAtMs >= a.occurredAtMs ? b : a))
  return {
    id: issue.id,
    events,
    newest,
    earliestMs: Math.min(...events.map(({ occurredAtMs }) => occurredAtMs)),
    isNewer: newest.occurredAtMs >= issue.lastSeen.getTime(),
    users,
    regression: regressionIn(issue, events),
  }
}

async function write(database: Statements, updates: readonly IssueUpdate[]): Promise<void> {
  await sql(
    database,
    `update issue set
       times_seen = times_seen + u.n,
       users_seen = users_seen + u.users,
       first_seen = least(issue.first_seen, u.earliest),
       last_seen = greatest(issue.last_seen, u.latest),
       level = case when u.is_newer then u.level else issue.level end,
       culprit = case when u.is_newer then u.culprit else issue.culprit end,
       transaction = case when u.is_newer then u.transaction else issue.transaction end,
       last_release = case when u.is_newer then coalesce(u.release, last_release)
                      else last_release end,
       is_unhandled = issue.is_unhandled or u.is_unhandled,
       status = case when u.is_regression then 0 else status end,
       substatus = case when u.is_regression then 2 else substatus end,
       status_changed_at = case when u.is_regression then now() else status_changed_at end,
       regressed_in_release = case when u.is_regression then u.regressed_in
                              else regressed_in_release end
     from unnest($1::bigint[], $2::int[], $3::int[], $4::timestamptz[], $5::timestamptz[],
       $6::boolean[], $7::smallint[], $8::text[], $9::text[], $10::text[], $11::boolean[],
       $12::boolean[], $13::text[])
       as u(id, n, users, earliest, latest, is_newer, level, culprit, transaction, release,
            is_unhandled, is_regression, regressed_in)
     where issue.id = u.id`,
    [
      int8Array(updates.map(({ id }) => id)),
      int4Array(updates.map(({ events }) => events.length)),
      int4Array(updates.map(({ users }) => users)),
      timestamptzArray(updates.map(({ earliestMs }) => earliestMs)),
      timestamptzArray(updates.map(({ newest }) => newest.occurredAtMs)),
      boolArray(updates.map(({ isNewer }) => isNewer)),
      int2Array(updates.map(({ newest }) => newest.level)),
      textArray(updates.map(({ newest }) => newest.problem.culprit)),
      textArray(updates.map(({ newest }) => newest.problem.transaction)),
      textArray(updates.map(({ newest }) => newest.release)),
      boolArray(updates.map(({ events }) => events.some(({ problem }) => problem.isUnhandled))),
      boolArray(updates.map(({ regression }) => regression !== undefined)),
      textArray(updates.map(({ regression }) => regression?.release ?? null)),
    ],
  )
}

async function recordRegressions(
  database: Statements,
  updates: readonly IssueUpdate[],
): Promise<void> {
  const regressed = updates.filter(({ regression }) => regression !== undefined)
  if (regressed.length === 0) return
  await sql(
    database,
    `insert into issue_activity (issue_id, type, data)
     select id, 'set_regression', jsonb_build_object('version', version)
     from unnest($1::bigint[], $2::text[]) as u(id, version)`,
    [
      int8Array(regressed.map(({ id }) => id)),
      textArray(regressed.map(({ regression }) => regression?.release ?? null)),
    ],
  )
}

import {
  bigintArray,
  boolArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestamptzArray,
  uuidArray,
} from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import type { Linked, Prepared } from '../states.ts'
import { groupBy } from '../tally.ts'
import { dropStoredToday } from './drop-duplicates.ts'

export type LinkedBatch = {
  linked: Linked[]
  repeats: Prepared[]
  /** Issues that this transaction has opened. */
  created: number[]
}

/**
 * Finds the issue of each event, and opens one for each hash not seen before. There is no cache of
 * hashes: one indexed read for the few hashes of a batch costs next to nothing, and whatever was
 * merged, split, deleted or rolled back elsewhere is right at once.
 *
 * Locks, in this order: one advisory lock for each new hash, then the rows of the projects.
 */
export async function linkIssues(
  database: Statements,
  events: readonly Prepared[],
): Promise<LinkedBatch> {
  const issues = await findIssues(database, events)
  const unknown = events.filter((event) => !issues.has(hashKey(event)))
  if (unknown.length === 0) return { linked: link(events, issues), repeats: [], created: [] }
  // A repeat with other content must not open an issue that would stay empty.
  const { fresh, repeats } = await dropStoredToday(database, unknown)
  await lockHashes(database, fresh)
  for (const [key, issueId] of await findIssues(database, fresh)) issues.set(key, issueId)
  const created = await createIssues(
    database,
    fresh.filter((event) => !issues.has(hashKey(event))),
  )
  for (const { key, issueId } of created) issues.set(key, issueId)
  const isRepeat = new Set(repeats)
  return {
    linked: link(
      events.filter((event) => !isRepeat.has(event)),
      issues,
    ),
    repeats,
    created: created.map(({ issueId }) => issueId),
  }
}

function link(events: readonly Prepared[], issues: Map<string, number>): Linked[] {
  return events.map((event) => ({ ...event, issueId: issues.get(hashKey(event))! }))
}

function hashKey({ projectId, hash }: { projectId: number; hash: string }): string {
  return `${projectId}:${hash}`
}

async function findIssues(
  database: Statements,
  events: readonly Prepared[],
): Promise<Map<string, number>> {
  const distinct = distinctHashes(events)
  if (distinct.length === 0) return new Map()
  const rows = await sql<{ projectId: number; hash: string; issueId: string }>(
    database,
    `select project_id as "projectId", replace(hash::text, '-', '') as hash, issue_id as "issueId"
     from issue_hash join unnest($1::int[], $2::uuid[]) as wanted(project_id, hash)
       using (project_id, hash)`,
    [
      int4Array(distinct.map(({ projectId }) => projectId)),
      uuidArray(distinct.map(({ hash }) => hash)),
    ],
  )
  return new Map(rows.map((row) => [hashKey(row), Number(row.issueId)]))
}

function distinctHashes(events: readonly Prepared[]): Prepared[] {
  return [...new Map(events.map((event) => [hashKey(event), event])).values()]
}

/** Another digest with the same new hash waits here until this transaction has ended. */
async function lockHashes(database: Statements, events: readonly Prepared[]): Promise<void> {
  const keys = distinctHashes(events).map(lockKey)
  keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  await sql(
    database,
    'select pg_advisory_xact_lock(key) from unnest($1::bigint[]) with ordinality as u(key, i)',
    [bigintArray(keys)],
  )
}

function lockKey({ projectId, hash }: Prepared): bigint {
  return BigInt.asIntN(64, BigInt(`0x${hash.slice(0, 16)}`) ^ (BigInt(projectId) << 32n))
}

/** The events of one new hash. */
type Group = [Prepared, ...Prepared[]]
type Created = { key: string; issueId: number }

async function createIssues(database: Statements, events: readonly Prepared[]): Promise<Created[]> {
  const groups = [...groupBy(events, hashKey).values()].sort(
    ([a], [b]) => a.projectId - b.projectId,
  )
  if (groups.length === 0) return []
  const numbers = await takeNumbers(database, groups)
  const issueIds = await insertIssues(database, groups, numbers)
  const newest = groups.map((group) => group.at(-1)!)
  await sql(
    database,
    `insert into issue_hash (project_id, hash, issue_id, algorithm)
     select * from unnest($1::int[], $2::uuid[], $3::bigint[], $4::text[])`,
    [
      int4Array(newest.map(({ projectId }) => projectId)),
      uuidArray(newest.map(({ hash }) => hash)),
      int8Array(issueIds),
      textArray(newest.map(({ algorithm }) => algorithm)),
    ],
  )
  await sql(
    database,
    `insert into issue_activity (issue_id, type, data) select id, 'first_seen', '{}'
     from unnest($1::bigint[]) as id`,
    [int8Array(issueIds)],
  )
  return newest.map((event, i) => ({ key: hashKey(event), issueId: issueIds[i]! }))
}

/**
 * Numbers count up within a project; its row stays locked, so none is given twice or left out. A
 * project's first event always opens an issue, so that is where its time is noted.
 */
async function takeNumbers(database: Statements, groups: Group[]): Promise<number[]> {
  const numbers: number[] = []
  for (const [projectId, ofProject] of groupBy(groups, ([first]) => first.projectId)) {
    const { length } = ofProject
    const { receivedAtMs } = ofProject[0][0]
    const [row] = await sql<{ first: number }>(
      database,
      `update project set next_issue_number = next_issue_number + $2,
         first_event_at = coalesce(first_event_at, $3)
       where id = $1 returning next_issue_number - $2 as first`,
      [projectId, length, new Date(receivedAtMs)],
    )
    for (let i = 0; i < length; i++) numbers.push(Number(row!.first) + i)
  }
  return numbers
}

async function insertIssues(
  database: Statements,
  groups: Group[],
  numbers: number[],
): Promise<number[]> {
  const newest = groups.map((group) => group.at(-1)!)
  const firstSeen = groups.map((group) => Math.min(...group.map((event) => event.occurredAtMs)))
  const text = (value: (event: Prepared) => string | null) => textArray(newest.map(value))
  const rows = await sql<{ id: string; projectId: number; number: number }>(
    database,
    `insert into issue (project_id, number, level, kind, type, value, title, culprit, transaction,
       filename, function, platform, logger, is_unhandled, first_release, first_seen, last_seen)
     select *, first_seen from unnest($1::int[], $2::int[], $3::smallint[], $4::text[], $5::text[],
       $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
       $13::text[], $14::boolean[], $15::text[], $16::timestamptz[])
       as u(project_id, number, level, kind, type, value, title, culprit, transaction, filename,
            function, platform, logger, is_unhandled, first_release, first_seen)
     returning id, project_id as "projectId", number`,
    [
      int4Array(newest.map(({ projectId }) => projectId)),
      int4Array(numbers),
      int2Array(newest.map(({ level }) => level)),
      text(({ problem }) => problem.kind),
      text(({ problem }) => problem.type),
      text(({ problem }) => problem.value),
      text(({ problem }) => problem.title),
      text(({ problem }) => problem.culprit),
      text(({ problem }) => problem.transaction),
      text(({ problem }) => problem.filename),
      text(({ problem }) => problem.function),
      text(({ problem }) => problem.platform),
      text(({ problem }) => problem.logger),
      boolArray(newest.map(({ problem }) => problem.isUnhandled)),
      textArray(groups.map((group) => group[0].release)),
      timestamptzArray(firstSeen),
    ],
  )
  const ids = new Map(rows.map((row) => [`${row.projectId}:${row.number}`, Number(row.id)]))
  return newest.map(({ projectId }, i) => ids.get(`${projectId}:${numbers[i]}`)!)
}

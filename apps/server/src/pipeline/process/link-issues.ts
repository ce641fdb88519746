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
import {
  type Group,
  type Numbered,
  overflowing,
  takeNumbers,
  takeOverflowNumber,
} from './link-overflow.ts'

export type LinkedBatch = {
  linked: Linked[]
  repeats: Prepared[]
  /** Issues that this transaction has opened. */
  created: number[]
}

/**
 * Finds the issue of each event, and opens one for each hash not seen before, up to
 * the limit of new issues. There is no cache of
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
  const { opened, overflows } = await createIssues(
    database,
    fresh.filter((event) => !issues.has(hashKey(event))),
  )
  for (const { key, issueId } of opened) issues.set(key, issueId)
  const isRepeat = new Set(repeats)
  return {
    linked: link(
      events.filter((event) => !isRepeat.has(event)),
      issues,
      overflows,
    ),
    repeats,
    created: opened.map(({ issueId }) => issueId),
  }
}

/** An event without an issue of its own goes to the overflow issue of its project. */
function link(
  events: readonly Prepared[],
  issues: Map<string, number>,
  overflows: Map<number, number> = new Map(),
): Linked[] {
  return events.map((event) => {
    const issueId = issues.get(hashKey(event))
    if (issueId !== undefined) return { ...event, issueId }
    return { ...overflowing(event), issueId: overflows.get(event.projectId)! }
  })
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

type Created = { key: string; issueId: number }

type NewIssues = {
  opened: Created[]
  /** Issue by project, where some of the events are beyond the limit of new issues. */
  overflows: Map<number, number>
}

async function createIssues(database: Statements, events: readonly Prepared[]): Promise<NewIssues> {
  const groups = [...groupBy(events, hashKey).values()].sort(
    ([a], [b]) => a.projectId - b.projectId,
  )
  const { opened, full } = await takeNumbers(database, groups)
  const beyond = full.map((projectId) => {
    return overflowing(groups.findLast(([first]) => first.projectId === projectId)![0])
  })
  const known = await findIssues(database, beyond)
  for (const event of beyond) {
    if (known.has(hashKey(event))) continue
    opened.push({ group: [event], number: await takeOverflowNumber(database, event.projectId) })
  }
  const created = await openIssues(database, opened)
  for (const { key, issueId } of created) known.set(key, issueId)
  const overflows = beyond.map((event) => [event.projectId, known.get(hashKey(event))!] as const)
  return { opened: created, overflows: new Map(overflows) }
}

async function openIssues(database: Statements, opened: Numbered['opened']): Promise<Created[]> {
  if (opened.length === 0) return []
  const groups = opened.map(({ group }) => group)
  const numbers = opened.map(({ number }) => number)
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

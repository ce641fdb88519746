import { int4Array, int8Array, textArray, timestamptzArray } from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import type { Linked } from '../states.ts'

/** Further new values of a key are not counted; what is known goes on being counted. */
const MAX_VALUES_PER_KEY = 100
/** Keys are the sender's choice as well. */
const MAX_VALUES_PER_ISSUE = 2_000

type TagRow = {
  issueId: number
  key: string
  value: string
  projectId: number
  n: number
  firstMs: number
  lastMs: number
}

/**
 * Counts the values of each tag for each issue. The caller holds the locks on the issues' rows, so
 * nobody else counts for the same issues meanwhile.
 */
export async function countTags(database: Statements, events: readonly Linked[]): Promise<void> {
  const rows = tally(events)
  if (rows.length === 0) return
  const known = await addToKnown(database, rows)
  const unknown = rows.filter((row) => !known.has(rowKey(row)))
  if (unknown.length > 0) await insert(database, await withinLimits(database, unknown))
}

function rowKey({ issueId, key, value }: { issueId: number; key: string; value: string }): string {
  return `${issueId} ${key} ${value}`
}

function tally(events: readonly Linked[]): TagRow[] {
  const rows = new Map<string, TagRow>()
  for (const { issueId, projectId, tags, occurredAtMs } of events) {
    for (const { key, value } of tags) {
      const name = rowKey({ issueId, key, value })
      const row = rows.get(name)
      if (row === undefined) {
        const times = { firstMs: occurredAtMs, lastMs: occurredAtMs }
        rows.set(name, { issueId, key, value, projectId, n: 1, ...times })
        continue
      }
      row.n++
      if (occurredAtMs < row.firstMs) row.firstMs = occurredAtMs
      if (occurredAtMs > row.lastMs) row.lastMs = occurredAtMs
    }
  }
  return [...rows.values()]
}

async function addToKnown(database: Statements, rows: readonly TagRow[]): Promise<Set<string>> {
  // Places instead of texts come back: most rows of a batch are known ones.
  const found = await sql<{ places: number[] | null }>(
    database,
    `with updated as (
       update issue_tag set n = issue_tag.n + u.n,
         first_seen = least(issue_tag.first_seen, u.first_seen),
         last_seen = greatest(issue_tag.last_seen, u.last_seen)
       from unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::timestamptz[],
         $6::timestamptz[]) with ordinality
         as u(issue_id, key, value, n, first_seen, last_seen, place)
       where issue_tag.issue_id = u.issue_id and issue_tag.key = u.key
         and issue_tag.value = u.value
       returning u.place)
     select array_agg(place::int) as places from updated`,
    [
      int8Array(rows.map(({ issueId }) => issueId)),
      textArray(rows.map(({ key }) => key)),
      textArray(rows.map(({ value }) => value)),
      int4Array(rows.map(({ n }) => n)),
      timestamptzArray(rows.map(({ firstMs }) => firstMs)),
      timestamptzArray(rows.map(({ lastMs }) => lastMs)),
    ],
  )
  return new Set((found[0]?.places ?? []).map((place) => rowKey(rows[place - 1]!)))
}

async function withinLimits(database: Statements, rows: readonly TagRow[]): Promise<TagRow[]> {
  const counts = await sql<{ issueId: string; key: string; n: number }>(
    database,
    `select issue_id as "issueId", key, count(*)::int as n from issue_tag
     where issue_id = any ($1::bigint[]) group by issue_id, key`,
    [int8Array([...new Set(rows.map(({ issueId }) => issueId))])],
  )
  const perKey = new Map<string, number>()
  const perIssue = new Map<number, number>()
  for (const { issueId, key, n } of counts) {
    perKey.set(`${issueId} ${key}`, n)
    perIssue.set(Number(issueId), (perIssue.get(Number(issueId)) ?? 0) + n)
  }
  return rows.filter(({ issueId, key }) => {
    const ofKey = perKey.get(`${issueId} ${key}`) ?? 0
    const ofIssue = perIssue.get(issueId) ?? 0
    if (ofKey >= MAX_VALUES_PER_KEY || ofIssue >= MAX_VALUES_PER_ISSUE) return false
    perKey.set(`${issueId} ${key}`, ofKey + 1)
    perIssue.set(issueId, ofIssue + 1)
    return true
  })
}

async function insert(database: Statements, rows: readonly TagRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql(
    database,
    `insert into issue_tag (issue_id, key, value, project_id, n, first_seen, last_seen)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::int[],
       $6::timestamptz[], $7::timestamptz[])`,
    [
      int8Array(rows.map(({ issueId }) => issueId)),
      textArray(rows.map(({ key }) => key)),
      textArray(rows.map(({ value }) => value)),
      int4Array(rows.map(({ projectId }) => projectId)),
      int4Array(rows.map(({ n }) => n)),
      timestamptzArray(rows.map(({ firstMs }) => firstMs)),
      timestamptzArray(rows.map(({ lastMs }) => lastMs)),
    ],
  )
}

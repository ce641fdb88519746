import { setTimeout as wait } from 'node:timers/promises'
import { type Statements, sql } from '../db/sql.ts'
import { type Leaf, listLeaves, startOfDayMs, type Transactions } from './partitions.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** A page may be reading the leaf; whoever comes next must not wait behind us. */
const LOCK_TIMEOUT = '1s'
const CHUNK_ROWS = 1_000
/** Between two chunks, for everybody else. */
const CHUNK_PAUSE_MS = 20
/** The ledger says what happened a year ago too; it is small. */
const LEDGER_DAYS = 400
/** Archived ones stay however long they are silent, or they would come back as new. */
const ARCHIVED = 2
/** By its events' own time. One that came late, and is still there, keeps its issue. */
const SILENT_ISSUE = `last_seen < $1 and status <> ${ARCHIVED}
  and not exists (select 1 from event where event.issue_id = issue.id)`

export type Deleted = { leaves: string[]; failed: string[] }

/** Start of the oldest day that is kept. */
export function cutoffMs(nowMs: number, retentionDays: number): number {
  return startOfDayMs(nowMs) - retentionDays * DAY_MS
}

/** Drops the leaves of days before the cutoff. One that is in use is left for the next time. */
export async function dropOldLeaves(database: Transactions, beforeMs: number): Promise<Deleted> {
  const deleted: Deleted = { leaves: [], failed: [] }
  const old = (await listLeaves(database)).filter(({ dayMs }) => dayMs < beforeMs)
  for (const leaf of old) {
    const list = (await dropLeaf(database, leaf)) ? deleted.leaves : deleted.failed
    list.push(leaf.name)
  }
  return deleted
}

async function dropLeaf(database: Transactions, { name }: Leaf): Promise<boolean> {
  try {
    await database.transaction(async (within) => {
      await sql(within, `set local lock_timeout = '${LOCK_TIMEOUT}'`)
      await sql(within, `drop table if exists ${name}`)
    })
    return true
  } catch (error) {
    // lock_not_available: somebody reads it for longer than we wait.
    if ((error as { code?: unknown }).code === '55P03') return false
    throw error
  }
}

/**
 * Deletes what is counted and known of the time before the cutoff, in small statements with pauses,
 * so that nobody notices. Broken off, it goes on the next time.
 */
export async function deleteOldRows(
  database: Statements,
  beforeMs: number,
  nowMs: number,
): Promise<void> {
  const before = new Date(beforeMs)
  const ledgerBefore = new Date(Math.min(beforeMs, cutoffMs(nowMs, LEDGER_DAYS)))
  await deleteInChunks(database, 'event_default', 'received_at < $1', [before])
  await deleteInChunks(database, 'attachment', 'received_at < $1', [before])
  await deleteInChunks(database, 'check_in', 'started_at < $1', [before])
  await deleteInChunks(database, 'feedback', 'received_at < $1', [before])
  await deleteOldCounts(database, before)
  await deleteInChunks(database, 'issue', SILENT_ISSUE, [before])
  await deleteInChunks(database, 'project_hour', 'hour < $1', [ledgerBefore])
  await deleteInChunks(database, 'outcome_hour', 'hour < $1', [ledgerBefore])
  await deleteInChunks(database, 'dead_letter', 'created_at < $1', [before])
  await deleteInChunks(database, 'session', 'expires_at < $1', [new Date(nowMs)])
  await deleteInChunks(database, 'sign_in_link', 'expires_at < $1', [new Date(nowMs)])
}

/**
 * The tables that count per issue have no index by time, which each event would have to keep up:
 * they are walked by issue instead.
 */
async function deleteOldCounts(database: Statements, before: Date): Promise<void> {
  for (let first = '0'; ; ) {
    const [chunk] = await sql<{ last: string | null }>(
      database,
      `select max(id) as last from
         (select id from issue where id > $1 order by id limit ${CHUNK_ROWS}) as chunk`,
      [first],
    )
    const last = chunk?.last
    if (!last) return
    for (const [table, column] of [
      ['issue_hour', 'hour'],
      ['issue_tag', 'last_seen'],
      ['issue_user', 'last_seen'],
    ]) {
      await sql(
        database,
        `delete from ${table} where issue_id > $1 and issue_id <= $2 and ${column} < $3`,
        [first, last, before],
      )
    }
    first = last
    await wait(CHUNK_PAUSE_MS)
  }
}

async function deleteInChunks(
  database: Statements,
  table: string,
  condition: string,
  parameters: unknown[],
): Promise<void> {
  for (;;) {
    const [row] = await sql<{ n: number }>(
      database,
      `with gone as (delete from ${table} where ctid = any (array(
         select ctid from ${table} where ${condition} limit ${CHUNK_ROWS} for update skip locked))
         returning 1)
       select count(*)::int as n from gone`,
      parameters,
    )
    if (!row || row.n < CHUNK_ROWS) return
    await wait(CHUNK_PAUSE_MS)
  }
}

import { type Statements, sql } from '../db/sql.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const DAYS_AHEAD = 7
/** A leaf is attached under a lock that digest and pages wait for: rather later than long. */
const LOCK_TIMEOUT = '1s'
/** Two servers that make the same leaf at once wait for each other. Any fixed number. */
const PARTITION_LOCK = 7_295_330

/** Start of the UTC day, the unit of a leaf. */
export function startOfDayMs(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS
}

/** Such as `event_20261123`. */
export function leafName(dayMs: number): string {
  return `event_${new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`
}

/** Makes the leaves of today and the days ahead where they are missing. */
export async function makeLeavesAhead(database: Transactions, nowMs: number): Promise<void> {
  const existing = new Set((await listLeaves(database)).map(({ dayMs }) => dayMs))
  for (let day = 0; day <= DAYS_AHEAD; day++) {
    const dayMs = startOfDayMs(nowMs) + day * DAY_MS
    if (!existing.has(dayMs)) await makeLeaf(database, dayMs)
  }
}

/** A connection that can hold a transaction of its own. */
export type Transactions = Statements & {
  transaction<T>(work: (database: Statements) => Promise<T>): Promise<T>
}

/**
 * Makes the leaf of a day, and moves into it what the default leaf has caught of that day. Locks
 * the default leaf, and gives up after a second rather than hold up whoever waits behind it.
 */
export async function makeLeaf(database: Transactions, dayMs: number): Promise<void> {
  const name = leafName(dayMs)
  const from = new Date(dayMs).toISOString()
  const until = new Date(dayMs + DAY_MS).toISOString()
  await database.transaction(async (within) => {
    await sql(within, `set local lock_timeout = '${LOCK_TIMEOUT}'`)
    await sql(within, 'select pg_advisory_xact_lock($1)', [PARTITION_LOCK])
    const [{ exists } = { exists: false }] = await sql<{ exists: boolean }>(
      within,
      'select to_regclass($1) is not null as exists',
      [name],
    )
    if (exists) return
    await sql(within, `create table ${name} (like event including defaults including storage)`)
    await sql(within, `create unique index uq_${name} on ${name} (event_id, project_id)`)
    await sql(within, 'lock table event_default in access exclusive mode')
    await sql(
      within,
      `with moved as (delete from event_default
         where received_at >= '${from}' and received_at < '${until}' returning *)
       insert into ${name} select * from moved`,
    )
    // Spares the scan that would prove it to PostgreSQL under the lock.
    await sql(
      within,
      `alter table ${name} add constraint ck_${name}
       check (received_at >= '${from}' and received_at < '${until}')`,
    )
    await sql(
      within,
      `alter table event attach partition ${name} for values from ('${from}') to ('${until}')`,
    )
    await sql(within, `alter table ${name} drop constraint ck_${name}`)
  })
}

export type Leaf = { name: string; dayMs: number }

/** The leaves of days, oldest first; the default leaf is none. */
export async function listLeaves(database: Statements): Promise<Leaf[]> {
  const rows = await sql<{ name: string }>(
    database,
    `select child.relname as name from pg_inherits
     join pg_class child on child.oid = inhrelid
     where inhparent = 'event'::regclass order by 1`,
  )
  return rows.flatMap(({ name }) => {
    const [, year, month, day] = /^event_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? []
    return day ? [{ name, dayMs: Date.UTC(Number(year), Number(month) - 1, Number(day)) }] : []
  })
}

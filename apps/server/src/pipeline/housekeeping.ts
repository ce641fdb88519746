import type { Connection } from '../db/connection.ts'
import { type Statements, sql, sqlOne } from '../db/sql.ts'
import { makeLeavesAhead } from '../events/partitions.ts'
import { cutoffMs, deleteOldRows, dropOldLeaves } from '../events/retention.ts'
import type { DigestLog } from './digest-messages.ts'
import { Periodic } from './periodic.ts'

const HOUR_MS = 60 * 60 * 1000
/** After a failure: the database may be away for a moment only. */
const RETRY_MS = 60 * 1000
/** A new issue that still goes on after this long is an ongoing one; so is one that came back. */
const ONGOING_AFTER = '7 days'
const CHUNK_ROWS = 1_000

export type HousekeepingOptions = { databaseUrl: string; retentionDays: number; log: DigestLog }

/** What has to be done every hour whether or not events come. */
export class Housekeeping {
  readonly #options: HousekeepingOptions
  readonly #hourly: Periodic
  /** The cutoff moves once a day, so counts need to be looked at only then. */
  #deletedBeforeMs = 0

  constructor(options: HousekeepingOptions) {
    this.#options = options
    this.#hourly = new Periodic({
      ...options,
      name: 'housekeeping',
      everyMs: HOUR_MS,
      retryMs: RETRY_MS,
      work: (connection) => this.#keepHouse(connection, Date.now()),
    })
  }

  start(): void {
    this.#hourly.start()
  }

  /** Breaks off what is under way: the next start goes on with it. */
  stop(): Promise<void> {
    return this.#hourly.stop()
  }

  async #keepHouse(connection: Connection, nowMs: number): Promise<void> {
    const { log, retentionDays } = this.#options
    await makeLeavesAhead(connection, nowMs)
    await this.#reportStrays(connection)
    await markOngoing(connection)
    const beforeMs = cutoffMs(nowMs, retentionDays)
    const { leaves, failed } = await dropOldLeaves(connection, beforeMs)
    if (leaves.length > 0) log('info', 'Events beyond retention were dropped', { leaves })
    if (failed.length > 0) log('warn', 'Old leaves are in use and stay for now', { leaves: failed })
    if (beforeMs === this.#deletedBeforeMs) return
    await deleteOldRows(connection, beforeMs, nowMs)
    this.#deletedBeforeMs = beforeMs
  }

  async #reportStrays(database: Statements): Promise<void> {
    const stray = await sqlOne(database, 'select 1 from event_default limit 1')
    if (!stray) return
    this.#options.log('warn', 'The default leaf holds events: the leaf of a day was missing')
  }
}

/** Archived and resolved issues keep their word; of the others only age makes a difference. */
export async function markOngoing(database: Statements): Promise<void> {
  for (;;) {
    const changed = await sql(
      database,
      `update issue set substatus = 1 where id = any (array(
         select id from issue
         where status = 0 and (substatus = 0 and first_seen < now() - interval '${ONGOING_AFTER}'
           or substatus = 2 and status_changed_at < now() - interval '${ONGOING_AFTER}')
         limit ${CHUNK_ROWS} for update skip locked))
       returning id`,
    )
    if (changed.length < CHUNK_ROWS) return
  }
}

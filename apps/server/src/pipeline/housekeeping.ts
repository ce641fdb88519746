import { Connection } from '../db/connection.ts'
import { type Statements, sql, sqlOne } from '../db/sql.ts'
import { makeLeavesAhead } from '../events/partitions.ts'
import { cutoffMs, deleteOldRows, dropOldLeaves } from '../events/retention.ts'
import type { DigestLog } from './digest-messages.ts'

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
  #timer: NodeJS.Timeout | undefined
  #work: Promise<void> = Promise.resolve()
  #connection: Connection | undefined
  #isStopping = false
  /** The cutoff moves once a day, so counts need to be looked at only then. */
  #deletedBeforeMs = 0

  constructor(options: HousekeepingOptions) {
    this.#options = options
  }

  start(): void {
    this.#work = this.#run()
  }

  /** Breaks off what is under way: the next start goes on with it. */
  async stop(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#timer)
    this.#connection?.close()
    await this.#work
  }

  async #run(): Promise<void> {
    let pauseMs = HOUR_MS
    try {
      this.#connection = await Connection.open(this.#options.databaseUrl, 'mayday housekeeping')
      await this.#keepHouse(this.#connection, Date.now())
    } catch (error) {
      pauseMs = RETRY_MS
      if (!this.#isStopping) {
        this.#options.log('warn', 'Housekeeping failed; it is tried again in a minute', { error })
      }
    }
    this.#connection?.close()
    this.#connection = undefined
    if (!this.#isStopping) this.#timer = setTimeout(() => this.start(), pauseMs)
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

import { setTimeout as wait } from 'node:timers/promises'
import { MAX_NEW_ISSUES_PER_HOUR } from '@mayday/protocol/limits'
import { Connection, DatabaseAway } from '../db/connection.ts'
import { sqlOne } from '../db/sql.ts'
import { makeLeaf, startOfDayMs } from '../events/partitions.ts'
import type { JournalPosition } from '../journal/record.ts'
import { BatchReader, MAX_TRIES, type Reader } from './batch-reader.ts'
import type { DigestLog, DigestProgress, Strikes } from './digest-messages.ts'
import { DigestSignal } from './digest-signal.ts'
import { type BatchResult, poisoned, storeBatch } from './event-flow.ts'
import { faultOf } from './faults.ts'
import type { Batch, PreparedRecord } from './states.ts'

const MAX_BATCH_EVENTS = 500
/** The journal is looked at this often even if no word comes of an append. */
const IDLE_MS = 1_000
const HOUR_MS = 60 * 60 * 1000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** A leaf that could not be made is left to the default one for this long. */
const LEAF_PAUSE_MS = 60_000

export type DigestOptions = {
  databaseUrl: string
  reader: Reader
  log: DigestLog
  signal?: DigestSignal
  strikes?: Strikes
  onProgress?: (progress: DigestProgress) => void
}

/**
 * Turns the journal into issues, for as long as it runs. While one batch is being stored the next
 * one is prepared. Loses nothing: what was not stored is still in the journal.
 */
export class Digest {
  readonly progress: DigestProgress = {
    digested: 0,
    duplicates: 0,
    rejected: 0,
    deadLetters: 0,
    lagMs: 0,
  }
  readonly #options: DigestOptions
  readonly #signal: DigestSignal
  readonly #batches: BatchReader
  readonly #stopping = new AbortController()
  #connection: Connection | undefined
  #wake: () => void = () => {}
  #maxEvents = MAX_BATCH_EVENTS
  #pauseMs = 0
  #isCaughtUp = false
  readonly #leaves = new Map<number, number>()
  readonly #overflowHours = new Map<number, number>()
  readonly #goneProjects = new Set<number>()

  constructor(options: DigestOptions) {
    this.#options = options
    this.#signal = options.signal ?? new DigestSignal()
    this.#batches = new BatchReader({
      reader: options.reader,
      signal: this.#signal,
      strikes: options.strikes ?? {},
      log: options.log,
    })
  }

  /** There may be something to read. */
  appended(): void {
    if (this.#signal.appended()) this.wake()
  }

  wake(): void {
    this.#wake()
  }

  /** Whether all that was accepted has become events, as far as is known here. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp
  }

  /** Makes `run` end after the batch that is being stored. */
  stop(): void {
    this.#stopping.abort()
    this.wake()
  }

  /** Ends only after `stop`. */
  async run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#digestFrom(await this.#readCursor())
      } catch (error) {
        await this.#recover(error)
      }
    }
    this.#connection?.close()
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  async #digestFrom(start: JournalPosition | undefined): Promise<void> {
    let position = start
    let storing: Promise<void> = Promise.resolve()
    let stored: JournalPosition | undefined
    try {
      while (!this.#isStopping) {
        const appends = this.#signal.appends()
        const batch = await this.#batches.next(position, this.#maxEvents)
        await storing
        // Not earlier: a segment must not be deleted while the next batch is being read from it.
        if (stored !== undefined) await this.#options.reader.release(stored)
        this.#isCaughtUp = batch.records.length === 0
        const hasMoved = batch.end.segment !== position?.segment
        if (batch.records.length > 0 || (position !== undefined && hasMoved)) {
          storing = this.#store(batch)
          // It is awaited a turn later; until then a failure must not count as unhandled.
          storing.catch(() => {})
          position = batch.end
          stored = batch.end
        }
        if (batch.records.length === 0) await this.#sleep(appends)
      }
    } finally {
      await storing
    }
  }

  async #store(batch: Batch): Promise<void> {
    try {
      await this.#commit(batch)
    } catch (error) {
      if (faultOf(error) !== 'data') throw error
      this.#log('warn', 'A batch cannot be stored; its records are tried one by one', { error })
      await this.#storeOneByOne(batch)
    }
    if (this.#connection && this.#pauseMs > 0) {
      this.#log('info', 'Digest goes on: the database answers again')
    }
    this.#pauseMs = 0
    this.#maxEvents = Math.min(this.#maxEvents * 2, MAX_BATCH_EVENTS)
  }

  async #commit(batch: Batch): Promise<void> {
    const connection = await this.#connect()
    await this.#makeLeaves(connection, batch.records)
    const result = await connection.transaction((within) => storeBatch(within, batch))
    this.#count(result, batch.records)
  }

  /** Tells the record at fault from the others. The cursor moves with each, so none comes twice. */
  async #storeOneByOne({ journal, from, end, records }: Batch): Promise<void> {
    let position = from
    for (const prepared of records) {
      await this.#storeOne({ journal, from: position, end: prepared.end, records: [prepared] })
      position = prepared.end
    }
    const isBehind = position?.segment !== end.segment || position.position !== end.position
    if (isBehind) await this.#commit({ journal, from: position, end, records: [] })
  }

  async #storeOne(batch: Batch): Promise<void> {
    const [prepared] = batch.records
    const error = await this.#tryToStore(batch)
    if (error === undefined || prepared === undefined) return
    const dead = poisoned(prepared, error)
    this.#log('error', 'An event cannot be digested; it is kept as a dead letter', {
      projectId: dead.record.projectId,
      eventId: dead.record.eventId,
      error,
    })
    const secondError = await this.#tryToStore({ ...batch, records: [dead] })
    if (secondError === undefined) return
    this.#log('error', 'The dead letter cannot be kept either; the event is lost', {
      eventId: dead.record.eventId,
      error: secondError,
    })
    await this.#commit({ ...batch, records: [] })
  }

  /** Gives the error of the last try when it is the data's fault; throws every other one. */
  async #tryToStore(batch: Batch): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#commit(batch)
        return undefined
      } catch (error) {
        if (faultOf(error) !== 'data') throw error
        if (tries === MAX_TRIES) return error
      }
    }
  }

  #count(result: BatchResult, records: readonly PreparedRecord[]): void {
    const { progress } = this
    progress.digested += result.stored
    progress.duplicates += result.repeats
    progress.rejected += result.rejected
    progress.deadLetters += result.deadLetters
    const newest = records.at(-1)
    if (newest) progress.lagMs = Math.max(0, Date.now() - newest.record.receivedAtMs)
    for (const projectId of result.gone) {
      if (this.#goneProjects.has(projectId)) continue
      this.#goneProjects.add(projectId)
      this.#log('warn', 'Events of a deleted project are dropped', { projectId })
    }
    for (const projectId of result.overflowing) this.#tellOverflow(projectId)
    this.#options.onProgress?.(progress)
  }

  /** Once for each project and hour: a spike goes on for thousands of batches. */
  #tellOverflow(projectId: number): void {
    const hour = Math.floor(Date.now() / HOUR_MS)
    if (this.#overflowHours.get(projectId) === hour) return
    this.#overflowHours.set(projectId, hour)
    const message = 'A project has more new issues than it may in an hour; the rest share one issue'
    this.#log('warn', message, { projectId, limit: MAX_NEW_ISSUES_PER_HOUR })
  }

  /** Before the transaction, since it locks; where it fails the default leaf takes the events. */
  async #makeLeaves(connection: Connection, records: readonly PreparedRecord[]): Promise<void> {
    for (const { record } of records) {
      const dayMs = startOfDayMs(record.receivedAtMs)
      if ((this.#leaves.get(dayMs) ?? 0) > performance.now()) continue
      try {
        await makeLeaf(connection, dayMs)
        this.#leaves.set(dayMs, Number.POSITIVE_INFINITY)
      } catch (error) {
        if (faultOf(error) === 'data') throw error
        if (error instanceof DatabaseAway) throw error
        this.#leaves.set(dayMs, performance.now() + LEAF_PAUSE_MS)
        this.#log('warn', 'The leaf of a day cannot be made yet', { dayMs, error })
      }
    }
  }

  async #connect(): Promise<Connection> {
    this.#connection ??= await Connection.open(this.#options.databaseUrl, 'mayday digest')
    return this.#connection
  }

  async #readCursor(): Promise<JournalPosition | undefined> {
    const row = await sqlOne<{ segment: string; position: string }>(
      await this.#connect(),
      'select segment, position from journal_cursor where journal = $1',
      [this.#options.reader.id],
    )
    return row && { segment: Number(row.segment), position: Number(row.position) }
  }

  /** Everything is tried again from the cursor, in smaller steps, after a pause that gets longer. */
  async #recover(error: unknown): Promise<void> {
    this.#isCaughtUp = false
    const isFirst = this.#pauseMs === 0
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
    this.#maxEvents = Math.max(1, Math.floor(this.#maxEvents / 2))
    if (faultOf(error) === 'stale') {
      if (isFirst) return
    } else {
      this.#connection?.close()
      this.#connection = undefined
    }
    if (isFirst) this.#log('warn', 'Digest waits; what is accepted stays in the journal', { error })
    const { signal } = this.#stopping
    await wait(this.#pauseMs, undefined, { signal }).catch(() => {
      // Stopped: that is what the pause was cut short for.
    })
  }

  async #sleep(appends: number): Promise<void> {
    if (this.#isStopping || !this.#signal.fallAsleep(appends)) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#signal.wakeUp()
  }

  #log(...line: Parameters<DigestLog>): void {
    this.#options.log(...line)
  }
}

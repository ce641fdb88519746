import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JournalBatch, JournalReader } from '../journal/journal-reader.ts'
import type { JournalPosition } from '../journal/record.ts'
import type { DigestLog, Strikes } from './digest-messages.ts'
import type { DigestSignal } from './digest-signal.ts'
import { poisoned, prepareRecord, type ReadRecord } from './event-flow.ts'
import type { Batch, PreparedRecord } from './states.ts'

export type Reader = Pick<JournalReader, 'id' | 'read' | 'release'>

/** More in one transaction saves little and makes everybody wait longer. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024
const READ_BYTES = 1024 * 1024
const READ_RECORDS = 64
/** After so many records the transaction that is under way gets its turn. */
const SLICE_RECORDS = 8
/** A record that has stopped the thread so often is not tried again. */
export const MAX_TRIES = 3

export function strikeKey({ segment, position }: JournalPosition): string {
  return `${segment}:${position}`
}

/** Makes batches out of the journal: reads ahead and does the pure steps, a slice at a time. */
export class BatchReader {
  readonly #reader: Reader
  readonly #signal: DigestSignal
  readonly #strikes: Strikes
  readonly #log: DigestLog

  constructor(options: { reader: Reader; signal: DigestSignal; strikes: Strikes; log: DigestLog }) {
    this.#reader = options.reader
    this.#signal = options.signal
    this.#strikes = options.strikes
    this.#log = options.log
  }

  /** Everything that waits, up to a full batch. Without records when nothing does. */
  async next(from: JournalPosition | undefined, maxEvents: number): Promise<Batch> {
    const records: PreparedRecord[] = []
    let end = from ?? { segment: 0, position: 0 }
    let bytes = 0
    while (records.length < maxEvents && bytes < MAX_BATCH_BYTES) {
      const wanted = Math.min(READ_RECORDS, maxEvents - records.length)
      const read = await this.#reader.read(end, READ_BYTES, wanted)
      this.#report(read)
      end = read.next
      if (read.records.length === 0) break
      for (const [i, one] of read.records.entries()) {
        if (i % SLICE_RECORDS === 0) await nextTurn()
        records.push(this.#prepare(one))
        bytes += one.record.body.length
      }
    }
    return { journal: this.#reader.id, from, end, records }
  }

  #prepare(read: ReadRecord): PreparedRecord {
    const strikes = this.#strikes[strikeKey(read.end)] ?? 0
    if (strikes >= MAX_TRIES) {
      return poisoned(read, `It stopped the digest thread ${strikes} times`)
    }
    this.#signal.begin(read.end)
    const prepared = prepareRecord(read)
    this.#signal.finish()
    return prepared
  }

  #report({ damaged }: JournalBatch): void {
    for (const damage of damaged) {
      this.#log('error', 'A record of the journal is damaged; its bytes were set aside', damage)
    }
  }
}

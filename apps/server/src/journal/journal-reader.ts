import { type FileHandle, open, unlink } from 'node:fs/promises'
import { setAside } from './damaged.ts'
import { readJournalId } from './journal-id.ts'
import type { JournalPosition, JournalRecord } from './record.ts'
import {
  isErrorCode,
  listSegments,
  type Marker,
  readMarker,
  SEGMENT_HEADER_BYTES,
  type Segment,
  segmentPath,
} from './segment.ts'
import { findNextRecord, readRange, type ScanLimits, scanSegment } from './segment-scan.ts'

/** A record that cannot be read back; its bytes lie in the folder `damaged` of the journal. */
export type Damage = { segment: number; position: number; reason: string }

export type JournalBatch = {
  records: { record: JournalRecord; end: JournalPosition }[]
  /** Where to go on. It may move without a record: past damage, or into the next segment. */
  next: JournalPosition
  damaged: Damage[]
}

export type Backlog = {
  pendingEvents: number
  pendingRecords: number
  oldestReceivedAtMs: number | null
  bytes: number
}

const START: JournalPosition = { segment: 0, position: 0 }
const BACKLOG_SCAN: ScanLimits = { maxBytes: 1024 * 1024, maxRecords: Number.POSITIVE_INFINITY }

type OpenSegment = { number: number; handle: FileHandle; marker: Marker | undefined }

/** Reads what a `Journal` writes, from any thread or process, while it is being written. */
export class JournalReader {
  /** Id of the journal; positions belong to it. */
  readonly id: string
  readonly #folder: string
  #open: OpenSegment | undefined
  readonly #summaries = new Map<number, Backlog>()

  private constructor(id: string, folder: string) {
    this.id = id
    this.#folder = folder
  }

  /** @throws Error when no journal was ever opened in the folder */
  static async open(folder: string): Promise<JournalReader> {
    try {
      const id = await readJournalId(folder)
      if (id !== undefined) return new JournalReader(id, folder)
    } catch (cause) {
      if (!isErrorCode(cause, 'ENOENT')) throw cause
      throw new Error(`There is no journal in ${folder}`, { cause })
    }
    throw new Error(
      `The id of the journal in ${folder} cannot be read; a server must open it first`,
    )
  }

  /**
   * The next records, at least one when there is one, else none: it does not wait. Damage is
   * reported in the batch that passes it, and again when that place is read again.
   */
  async read(
    from: JournalPosition | undefined,
    maxBytes: number,
    maxRecords: number,
  ): Promise<JournalBatch> {
    const damaged: Damage[] = []
    let position = from ?? START
    let isFinal = false
    for (;;) {
      const segment = await this.#openSegment(position.segment)
      const step = segment
        ? await this.#step(segment, position.position, { maxBytes, maxRecords }, isFinal)
        : { records: [], next: position.position, damage: undefined }
      position = { segment: position.segment, position: step.next }
      if (step.damage) damaged.push(step.damage)
      if (step.records.length > 0) return { records: step.records, next: position, damaged }
      if (step.damage) continue
      // Nothing here. Only after a later segment was seen is this one known to be final; then it
      // is read once more, since records may have come between the look at it and at the folder.
      const later = await this.#segmentAfter(position.segment)
      if (later === undefined) return { records: [], next: position, damaged }
      if (segment === undefined || isFinal) {
        position = { segment: later.number, position: 0 }
        isFinal = false
      } else {
        isFinal = true
      }
    }
  }

  /**
   * Deletes the segments that end at or before the position: call it when the position is stored,
   * also after a read that gave no records but moved on, so that digested events do not stay on disk.
   */
  async release(upTo: JournalPosition): Promise<void> {
    const segments = await listSegments(this.#folder)
    const lastNumber = segments.at(-1)?.number ?? 0
    for (const { number, path, bytes } of segments) {
      const isPassed = number === upTo.segment && number < lastNumber && upTo.position >= bytes
      if (number >= upTo.segment && !isPassed) continue
      if (this.#open?.number === number) await this.close()
      this.#summaries.delete(number)
      await unlink(path).catch((error: unknown) => {
        if (!isErrorCode(error, 'ENOENT')) throw error
      })
    }
  }

  /** What waits behind the position. Looks at every record there. */
  async backlog(from: JournalPosition | undefined): Promise<Backlog> {
    const { segment: first, position } = from ?? START
    const total: Backlog = {
      pendingEvents: 0,
      pendingRecords: 0,
      oldestReceivedAtMs: null,
      bytes: 0,
    }
    const segments = (await listSegments(this.#folder)).filter(({ number }) => number >= first)
    for (const [index, segment] of segments.entries()) {
      const start = segment.number === first ? position : 0
      const isFinal = index < segments.length - 1
      add(total, await this.#summarize(segment, start, isFinal))
    }
    return total
  }

  /** Closes the file that is kept open between reads. The reader can be used again. */
  async close(): Promise<void> {
    await this.#open?.handle.close()
    this.#open = undefined
  }

  async #step(segment: OpenSegment, start: number, limits: ScanLimits, isFinal: boolean) {
    const from = Math.max(start, SEGMENT_HEADER_BYTES)
    segment.marker ??= await readMarkerOf(segment.handle)
    const nothing = { records: [], next: start, damage: undefined }
    if (segment.marker === undefined) return nothing
    let scan = await scanSegment(segment.handle, segment.marker, from, limits)
    let following: number | undefined
    if (scan.records.length === 0 && (scan.stop === 'damaged' || scan.stop === 'unfinished')) {
      following = await findNextRecord(segment.handle, segment.marker, from)
      if (following === undefined && !isFinal) return nothing
      // A writer at work could have completed it by now; only what is still bad is damage.
      scan = await scanSegment(segment.handle, segment.marker, from, limits)
    }
    if (scan.records.length > 0) {
      const records = scan.records.map(({ record, end }) => ({
        record,
        end: { segment: segment.number, position: end },
      }))
      return { records, next: scan.next, damage: undefined }
    }
    if (scan.stop !== 'damaged' && scan.stop !== 'unfinished') return nothing
    const next = following ?? (await segment.handle.stat()).size
    const damage = { segment: segment.number, position: from, reason: scan.reason }
    await setAside(this.#folder, damage, await readRange(segment.handle, from, next))
    return { records: [], next, damage }
  }

  async #openSegment(number: number): Promise<OpenSegment | undefined> {
    if (this.#open?.number === number) return this.#open
    await this.close()
    try {
      const handle = await open(segmentPath(this.#folder, number), 'r')
      this.#open = { number, handle, marker: undefined }
      return this.#open
    } catch (error) {
      if (isErrorCode(error, 'ENOENT')) return undefined
      throw error
    }
  }

  async #segmentAfter(number: number): Promise<Segment | undefined> {
    return (await listSegments(this.#folder)).find((segment) => segment.number > number)
  }

  async #summarize(segment: Segment, start: number, isFinal: boolean): Promise<Backlog> {
    const known = start <= SEGMENT_HEADER_BYTES ? this.#summaries.get(segment.number) : undefined
    if (known !== undefined) return known
    const summary = await summarize(segment, start)
    if (isFinal && start <= SEGMENT_HEADER_BYTES) this.#summaries.set(segment.number, summary)
    return summary
  }
}

async function readMarkerOf(handle: FileHandle): Promise<Marker | undefined> {
  return readMarker(await readRange(handle, 0, SEGMENT_HEADER_BYTES * 2))
}

async function summarize({ path, bytes }: Segment, start: number): Promise<Backlog> {
  const total = { pendingEvents: 0, pendingRecords: 0, oldestReceivedAtMs: null, bytes: 0 }
  const handle = await open(path, 'r').catch((error: unknown) => {
    // Digested and deleted just now: nothing of it waits.
    if (isErrorCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (handle === undefined) return total
  try {
    const marker = await readMarkerOf(handle)
    let position = Math.max(start, SEGMENT_HEADER_BYTES)
    while (marker !== undefined) {
      const scan = await scanSegment(handle, marker, position, BACKLOG_SCAN)
      for (const { record } of scan.records) {
        add(total, {
          pendingEvents: record.events,
          pendingRecords: 1,
          oldestReceivedAtMs: record.receivedAtMs,
          bytes: 0,
        })
      }
      position = scan.next
      if (scan.stop === 'limit') continue
      const next = scan.stop === 'end' ? undefined : await findNextRecord(handle, marker, position)
      if (next === undefined) break
      position = next
    }
  } finally {
    await handle.close()
  }
  return { ...total, bytes: Math.max(0, bytes - Math.max(start, SEGMENT_HEADER_BYTES)) }
}

function add(total: Backlog, more: Backlog): void {
  total.pendingEvents += more.pendingEvents
  total.pendingRecords += more.pendingRecords
  total.bytes += more.bytes
  const oldest = more.oldestReceivedAtMs
  if (oldest === null) return
  total.oldestReceivedAtMs = Math.min(total.oldestReceivedAtMs ?? oldest, oldest)
}

import { chmod, mkdir } from 'node:fs/promises'
import { ActiveSegment } from './active-segment.ts'
import { lockFolder } from './folder-lock.ts'
import { readOrCreateJournalId } from './journal-id.ts'
import type { JournalRecord } from './record.ts'
import { frameBytes } from './record-frame.ts'
import { listSegments, SEGMENT_HEADER_BYTES } from './segment.ts'
import { cutTornTail } from './torn-tail.ts'

/** The journal holds as much as it may until digest has caught up. */
export class JournalFull extends Error {
  override readonly name = 'JournalFull'
}

/** The record could not be made durable: disk full, read-only or broken. It was not kept. */
export class JournalWriteError extends Error {
  override readonly name = 'JournalWriteError'
}

const MAX_SEGMENT_BYTES = 64 * 1024 * 1024
/** At least this many segments fit in the journal, so that space comes back in small parts. */
const MIN_SEGMENTS = 16
const MAX_GROUP_BYTES = 8 * 1024 * 1024
/** Records hold events before scrubbing: a quiet journal ends its segment, so that it can be deleted. */
const IDLE_MS = 5_000
/** Another thread deletes segments, so the size is looked up again and again. */
const MEASURE_MS = 1_000
const MEASURE_WHEN_FULL_MS = 50

type Waiting = {
  record: JournalRecord
  bytes: number
  resolve: () => void
  reject: (error: Error) => void
}

/**
 * The write-ahead log of accepted envelopes. One process writes it; any number read it with
 * `JournalReader`. Why it is built so: docs/decisions/0003-journal.md.
 */
export class Journal {
  /** Tells this journal from any other; digest keeps its position under it. */
  readonly id: string
  readonly #folder: string
  readonly #maxBytes: number
  readonly #segmentBytes: number
  readonly #unlock: () => Promise<void>
  #active: ActiveSegment | undefined
  #lastNumber: number
  #bytes: number
  #measuredAtMs = performance.now()
  #waiting: Waiting[] = []
  #work: Promise<void> | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(
    id: string,
    folder: string,
    maxBytes: number,
    unlock: () => Promise<void>,
    start: { lastNumber: number; bytes: number },
  ) {
    this.id = id
    this.#folder = folder
    this.#maxBytes = maxBytes
    this.#segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.ceil(maxBytes / MIN_SEGMENTS))
    this.#unlock = unlock
    this.#lastNumber = start.lastNumber
    this.#bytes = start.bytes
  }

  /**
   * Makes the folder (mode 0700) where there is none and cuts what a killed writer left unfinished.
   *
   * @throws Error in one line when another process writes there or the folder cannot be written
   */
  static async open(folder: string, options: { maxBytes: number }): Promise<Journal> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    const unlock = await lockFolder(folder)
    try {
      const id = await readOrCreateJournalId(folder)
      const last = (await listSegments(folder)).at(-1)
      if (last !== undefined) await cutTornTail(last)
      const bytes = totalBytes(await listSegments(folder))
      const start = { lastNumber: last?.number ?? 0, bytes }
      return new Journal(id, folder, options.maxBytes, unlock, start)
    } catch (error) {
      await unlock()
      throw error
    }
  }

  /** Bytes on disk, at most a second old. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Resolves when the record is on disk for good; rejected, it was not kept.
   *
   * @throws JournalFull when it would pass the size limit; JournalWriteError when the disk refuses
   */
  append(record: JournalRecord): Promise<void> {
    if (this.#isClosed) return Promise.reject(new JournalWriteError('The journal is closed'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, bytes: frameBytes(record), resolve, reject })
      this.#work ??= this.#flush()
    })
  }

  /** Writes what still waits, then frees the folder for another writer. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#idleTimer)
    await this.#work
    await this.#active?.close()
    this.#active = undefined
    await this.#unlock()
  }

  /** Group commit: whoever came while one group was being written is in the next one. */
  async #flush(): Promise<void> {
    clearTimeout(this.#idleTimer)
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup()
      try {
        await this.#write(group)
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error as Error)
      }
    }
    this.#work = undefined
    if (!this.#isClosed && this.#active !== undefined) {
      this.#idleTimer = setTimeout(() => this.#endIdleSegment(), IDLE_MS).unref()
    }
  }

  #takeGroup(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { bytes: more } of this.#waiting) {
      if (count > 0 && bytes + more > MAX_GROUP_BYTES) break
      bytes += more
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #write(group: Waiting[]): Promise<void> {
    const bytes = group.reduce((sum, one) => sum + one.bytes, 0)
    try {
      await this.#makeRoom(bytes)
      const segment = await this.#segmentFor(bytes)
      await segment.append(
        group.map(({ record }) => record),
        bytes,
      )
      this.#bytes += bytes
    } catch (cause) {
      if (cause instanceof JournalFull) throw cause
      await this.#abandonSegment()
      const { message } = cause as Error
      throw new JournalWriteError(`The journal cannot be written: ${message}`, { cause })
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    const sinceMs = performance.now() - this.#measuredAtMs
    const isFull = this.#bytes + bytes > this.#maxBytes
    if (sinceMs > (isFull ? MEASURE_WHEN_FULL_MS : MEASURE_MS)) await this.#measure()
    if (this.#bytes + bytes <= this.#maxBytes) return
    throw new JournalFull(`The journal is full: ${this.#bytes} of ${this.#maxBytes} bytes are used`)
  }

  async #measure(): Promise<void> {
    const segments = await listSegments(this.#folder)
    this.#bytes = totalBytes(segments)
    this.#measuredAtMs = performance.now()
    const active = this.#active
    if (active === undefined || segments.some(({ number }) => number === active.number)) return
    // Deleted by hand: what goes into a file without a name is lost with the process.
    this.#active = undefined
    await active.close()
  }

  async #segmentFor(bytes: number): Promise<ActiveSegment> {
    const active = this.#active
    const hasRoom = active && (active.isEmpty || active.end + bytes <= this.#segmentBytes)
    const segment = hasRoom ? active : await this.#createSegment()
    if (!segment.isBegun) {
      await segment.begin(this.#folder)
      this.#bytes += SEGMENT_HEADER_BYTES
    }
    return segment
  }

  async #createSegment(): Promise<ActiveSegment> {
    await this.#active?.close()
    this.#active = undefined
    // From the clock, so that a number never comes twice, not even after the files were deleted by
    // hand: digest would take new records for ones that it has had.
    this.#lastNumber = Math.max(Date.now(), this.#lastNumber + 1)
    this.#active = await ActiveSegment.create(this.#folder, this.#lastNumber)
    return this.#active
  }

  /**
   * An unbegun segment stays and is tried again: its name beside the one before it lets readers
   * delete that, which frees the room that is missing on a full disk.
   */
  async #abandonSegment(): Promise<void> {
    const active = this.#active
    if (!active?.isBegun) return
    this.#active = undefined
    await active.abandon().catch(() => {
      // The same fault is just being reported to every waiting append.
    })
  }

  #endIdleSegment(): void {
    if (this.#work !== undefined || this.#isClosed || this.#active?.isEmpty !== false) return
    this.#work = this.#createSegment().then(
      () => this.#flush(),
      // A disk that refuses is the business of the next append, which tries again.
      () => this.#flush(),
    )
  }
}

function totalBytes(segments: { bytes: number }[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0)
}

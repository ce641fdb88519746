import { randomUUID } from 'node:crypto'
import { chmod, type FileHandle, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lockFolder } from './folder-lock.ts'
import type { JournalRecord } from './record.ts'
import { encodeFrame, frameBytes } from './record-frame.ts'
import {
  createSegmentHeader,
  isErrorCode,
  listSegments,
  type Marker,
  SEGMENT_HEADER_BYTES,
  segmentPath,
  syncFolder,
} from './segment.ts'
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

type ActiveSegment = { number: number; handle: FileHandle; marker: Marker; end: number }

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
      const id = await readOrCreateId(folder)
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
    await this.#active?.handle.close()
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
    await this.#makeRoom(bytes)
    try {
      const segment = await this.#segmentFor(bytes)
      const frames = group.flatMap(({ record }) => encodeFrame(record, segment.marker))
      await writeAll(segment.handle, frames, segment.end, bytes)
      await segment.handle.datasync()
      segment.end += bytes
      this.#bytes += bytes
    } catch (cause) {
      await this.#abandonSegment()
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new JournalWriteError(`The journal cannot be written: ${reason}`, { cause })
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
    this.#bytes = totalBytes(await listSegments(this.#folder))
    this.#measuredAtMs = performance.now()
  }

  async #segmentFor(bytes: number): Promise<ActiveSegment> {
    const active = this.#active
    const isEmpty = active?.end === SEGMENT_HEADER_BYTES
    if (active !== undefined && (isEmpty || active.end + bytes <= this.#segmentBytes)) return active
    return this.#startSegment()
  }

  async #startSegment(): Promise<ActiveSegment> {
    await this.#active?.handle.close()
    this.#active = undefined
    // From the clock, so that a number never comes twice, not even after the files were deleted by
    // hand: digest would take new records for ones that it has had.
    const number = Math.max(Date.now(), this.#lastNumber + 1)
    const path = segmentPath(this.#folder, number)
    const { header, marker } = createSegmentHeader()
    const handle = await open(path, 'wx', 0o600)
    try {
      await writeAll(handle, [header], 0, header.length)
      await handle.sync()
      await syncFolder(this.#folder)
    } catch (error) {
      await handle.close()
      await unlink(path)
      throw error
    }
    this.#lastNumber = number
    this.#bytes += header.length
    this.#active = { number, handle, marker, end: header.length }
    return this.#active
  }

  /**
   * After a failed write nothing more is appended to the segment: a reader may have passed the
   * refused records, and would miss other ones put in their place.
   */
  async #abandonSegment(): Promise<void> {
    const active = this.#active
    if (active === undefined) return
    this.#active = undefined
    try {
      await active.handle.truncate(active.end)
    } catch {
      // On a broken disk the part stays; readers see that it is no whole record.
    }
    await active.handle.close().catch(() => {
      // The same fault was just reported to every waiting append.
    })
  }

  #endIdleSegment(): void {
    if (this.#work !== undefined || this.#isClosed) return
    if (this.#active === undefined || this.#active.end === SEGMENT_HEADER_BYTES) return
    this.#work = this.#startSegment().then(
      () => this.#flush(),
      // A disk that refuses is the business of the next append, which tries again.
      () => this.#abandonSegment().then(() => this.#flush()),
    )
  }
}

async function readOrCreateId(folder: string): Promise<string> {
  const path = join(folder, 'id')
  try {
    const id = (await readFile(path, 'utf8')).trim()
    // An unusable id is replaced. Digest then starts from the first record again, which is safe:
    // events that it has stored already drop out as duplicates.
    if (/^[0-9a-f-]{36}$/.test(id)) return id
  } catch (error) {
    if (!isErrorCode(error, 'ENOENT')) throw error
  }
  const id = randomUUID()
  const handle = await open(`${path}.new`, 'w', 0o600)
  try {
    await handle.writeFile(`${id}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(folder)
  await syncFolder(dirname(folder))
  return id
}

/** A short write without an error is how a disk says that it is just about full. */
async function writeAll(handle: FileHandle, parts: Buffer[], position: number, bytes: number) {
  const { bytesWritten } = await handle.writev(parts, position)
  if (bytesWritten === bytes) return
  const rest = Buffer.concat(parts).subarray(bytesWritten)
  let written = 0
  while (written < rest.length) {
    const at = position + bytesWritten + written
    const answer = await handle.write(rest, written, rest.length - written, at)
    if (answer.bytesWritten === 0) throw new Error('the disk took no more bytes')
    written += answer.bytesWritten
  }
}

function totalBytes(segments: { bytes: number }[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0)
}

import { type FileHandle, open } from 'node:fs/promises'
import type { JournalRecord } from './record.ts'
import { encodeFrame } from './record-frame.ts'
import {
  createSegmentHeader,
  type Marker,
  SEGMENT_HEADER_BYTES,
  segmentPath,
  syncFolder,
} from './segment.ts'

/** The segment that is being written. Only what lies before `end` is promised to anyone. */
export class ActiveSegment {
  readonly number: number
  readonly #handle: FileHandle
  readonly #header: Buffer
  readonly #marker: Marker
  #end = 0

  private constructor(number: number, handle: FileHandle) {
    this.number = number
    this.#handle = handle
    const { header, marker } = createSegmentHeader()
    this.#header = header
    this.#marker = marker
  }

  /** Makes the file, still without any content: even a full disk mostly has room for a name. */
  static async create(folder: string, number: number): Promise<ActiveSegment> {
    return new ActiveSegment(number, await open(segmentPath(folder, number), 'wx', 0o600))
  }

  get end(): number {
    return this.#end
  }

  get isBegun(): boolean {
    return this.#end > 0
  }

  get isEmpty(): boolean {
    return this.#end <= SEGMENT_HEADER_BYTES
  }

  /** Makes the segment ready for records. May be called again after it failed. */
  async begin(folder: string): Promise<void> {
    await writeAll(this.#handle, [this.#header], 0, this.#header.length)
    await this.#handle.sync()
    await syncFolder(folder)
    this.#end = this.#header.length
  }

  /** Resolves when all are on disk for good. After a failure the segment must be abandoned. */
  async append(records: JournalRecord[], bytes: number): Promise<void> {
    const frames = records.flatMap((record) => encodeFrame(record, this.#marker))
    await writeAll(this.#handle, frames, this.#end, bytes)
    await this.#handle.datasync()
    this.#end += bytes
  }

  /**
   * Takes back what was not promised. Nothing more may be appended afterwards: a reader may have
   * passed the refused records, and would miss other ones put in their place.
   */
  async abandon(): Promise<void> {
    try {
      await this.#handle.truncate(this.#end)
    } catch {
      // On a broken disk the part stays; readers see that it is no whole record.
    }
    await this.close()
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

async function writeAll(handle: FileHandle, parts: Buffer[], position: number, bytes: number) {
  const { bytesWritten } = await handle.writev(parts, position)
  if (bytesWritten === bytes) return
  // A short write without an error is how a disk says that it is just about full.
  const rest = Buffer.concat(parts).subarray(bytesWritten)
  let written = 0
  while (written < rest.length) {
    const at = position + bytesWritten + written
    const answer = await handle.write(rest, written, rest.length - written, at)
    if (answer.bytesWritten === 0) throw new Error('the disk took no more bytes')
    written += answer.bytesWritten
  }
}

import type { FileHandle } from 'node:fs/promises'
import type { JournalRecord } from './record.ts'
import { decodeFrame } from './record-frame.ts'
import type { Marker } from './segment.ts'

export type ScanLimits = { maxBytes: number; maxRecords: number }

export type Scan = {
  records: { record: JournalRecord; end: number }[]
  /** Where it stopped. */
  next: number
  /** `unfinished`: the file ends inside a record. `damaged`: what stands at `next` is no record. */
  stop: 'limit' | 'end' | 'unfinished' | 'damaged'
  reason: string
}

/**
 * Reads records from one place on, up to the limits; one record in any case, however large. Bodies
 * are views of one buffer, which is as large as what was read.
 */
export async function scanSegment(
  handle: FileHandle,
  marker: Marker,
  from: number,
  limits: ScanLimits,
): Promise<Scan> {
  const { size } = await handle.stat()
  let wanted = Math.max(limits.maxBytes, 1)
  for (;;) {
    const buffer = await readRange(handle, from, Math.min(size, from + wanted))
    const scan = scanBuffer(buffer, marker, from, limits.maxRecords)
    const isCutByLimit = scan.stop === 'unfinished' && from + buffer.length < size
    if (!isCutByLimit) return scan.stop === 'end' && scan.next < size ? limited(scan) : scan
    if (scan.records.length > 0 || wanted >= scan.needed) return limited(scan)
    // The first record is larger than the limit, or its length is beyond it.
    wanted = scan.needed
    if (from + wanted > size) return scan
  }
}

/** Where the next whole record begins after a bad one; undefined when there is none. */
export async function findNextRecord(
  handle: FileHandle,
  marker: Marker,
  bad: number,
): Promise<number | undefined> {
  const { size } = await handle.stat()
  const buffer = await readRange(handle, bad, size)
  for (let at = buffer.indexOf(marker, 1); at !== -1; at = buffer.indexOf(marker, at + 1)) {
    if (decodeFrame(buffer, at, marker).state === 'whole') return bad + at
  }
  return undefined
}

/** May give fewer bytes than asked for, where the file has become shorter meanwhile. */
export async function readRange(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, to - from))
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, from + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}

function scanBuffer(buffer: Buffer, marker: Marker, from: number, maxRecords: number) {
  const records: Scan['records'] = []
  let at = 0
  const stopped = (stop: Scan['stop'], reason = '', needed = 0) => ({
    records,
    next: from + at,
    stop,
    reason,
    needed,
  })
  while (at < buffer.length) {
    if (records.length === maxRecords) return stopped('limit')
    const frame = decodeFrame(buffer, at, marker)
    if (frame.state === 'damaged') return stopped('damaged', frame.reason)
    if (frame.state === 'incomplete') return stopped('unfinished', 'cut short', frame.bytes)
    records.push({ record: frame.record, end: from + frame.end })
    at = frame.end
  }
  return stopped('end')
}

function limited({ records, next }: Scan): Scan {
  return { records, next, stop: 'limit', reason: '' }
}

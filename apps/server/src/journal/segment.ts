import { randomBytes } from 'node:crypto'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

/** One file of the journal. A segment with a later one beside it never grows again. */
export type Segment = { number: number; path: string; bytes: number }

/**
 * Eight random bytes, other ones in each segment, that begin every record in it. A sender cannot
 * know them, so a forged record inside an event is never taken for a real one after damage.
 */
export type Marker = Buffer

const MAGIC = Buffer.from('MAYDAYJ1')
export const MARKER_BYTES = 8
/** Magic, marker, checksum of both. */
export const SEGMENT_HEADER_BYTES = MAGIC.length + MARKER_BYTES + 4

const NAME = /^(\d{16})\.segment$/

export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(16, '0')}.segment`)
}

/** All segments in order. One that is deleted while the folder is read is left out. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const numbers = (await readdir(folder))
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
  const segments = await Promise.all(numbers.map((number) => statSegment(folder, number)))
  return segments.filter((segment) => segment !== undefined)
}

async function statSegment(folder: string, number: number): Promise<Segment | undefined> {
  const path = segmentPath(folder, number)
  try {
    return { number, path, bytes: (await stat(path)).size }
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}

export function createSegmentHeader(): { header: Buffer; marker: Marker } {
  const marker = randomBytes(MARKER_BYTES)
  const header = Buffer.concat([MAGIC, marker, Buffer.alloc(4)])
  header.writeUInt32LE(crc32(header.subarray(0, -4)), SEGMENT_HEADER_BYTES - 4)
  return { header, marker }
}

/**
 * The marker, given the first bytes of the file; undefined while they are not all there. Where the
 * header is damaged the first record tells the marker, so that one bad byte costs no whole segment.
 */
export function readMarker(start: Buffer): Marker | undefined {
  if (start.length < SEGMENT_HEADER_BYTES) return undefined
  const checksum = start.readUInt32LE(SEGMENT_HEADER_BYTES - 4)
  const isIntact =
    start.subarray(0, MAGIC.length).equals(MAGIC) &&
    crc32(start.subarray(0, SEGMENT_HEADER_BYTES - 4)) === checksum
  if (isIntact) return start.subarray(MAGIC.length, MAGIC.length + MARKER_BYTES)
  const first = start.subarray(SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES + MARKER_BYTES)
  return first.length === MARKER_BYTES ? first : undefined
}

/** Makes created and removed names durable, which syncing the files alone does not. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders, and makes names durable by itself.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function isErrorCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}

import { open } from 'node:fs/promises'
import { readMarker, SEGMENT_HEADER_BYTES, type Segment } from './segment.ts'
import { findNextRecord, readRange, scanSegment } from './segment-scan.ts'

const SCAN = { maxBytes: 4 * 1024 * 1024, maxRecords: Number.POSITIVE_INFINITY }

/**
 * Removes an unfinished record at the end of the segment: a writer was killed, and nobody was told
 * that the record is safe. Records that are whole but wrong stay, for the reader to report.
 */
export async function cutTornTail(segment: Segment): Promise<void> {
  const handle = await open(segment.path, 'r+')
  try {
    const end = SEGMENT_HEADER_BYTES * 2
    const marker = readMarker(await readRange(handle, 0, Math.min(segment.bytes, end)))
    if (marker === undefined) return
    let position = SEGMENT_HEADER_BYTES
    for (;;) {
      const scan = await scanSegment(handle, marker, position, SCAN)
      position = scan.next
      if (scan.stop === 'limit') continue
      if (scan.stop === 'end') return
      const next = await findNextRecord(handle, marker, position)
      if (next === undefined && scan.stop === 'damaged') return
      if (next === undefined) break
      position = next
    }
    await handle.truncate(position)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

import { invalid, type Refusal } from './refusal.ts'

/** A decoder must keep this much of what it has unpacked; RFC 8878 asks for 8 MiB of everyone. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024
const MAX_BLOCK_BYTES = 128 * 1024
const FRAME_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50
const RLE = 1
const RESERVED = 3

/**
 * Walks the frames (RFC 8878 section 3.1) without unpacking them, because a decoder sets the window
 * aside before it has seen a single block. Gives the unpacked size where all frames announce it.
 *
 * @throws Refusal 400 what is no sequence of whole frames, 413 a window that is too large
 */
export function checkZstdFrames(body: Buffer): number | undefined {
  let position = 0
  let announced: number | undefined = 0
  if (body.length === 0) throw broken('it is empty')
  while (position < body.length) {
    const magic = readLittleEndian(body, position, 4)
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      position += 8 + readLittleEndian(body, position + 4, 4)
    } else if (magic === FRAME_MAGIC) {
      const header = readFrameHeader(body, position + 4)
      if (header.windowBytes > MAX_WINDOW_BYTES) throw windowTooLarge(header.windowBytes)
      if (header.contentBytes === undefined) announced = undefined
      else if (announced !== undefined) announced += header.contentBytes
      position = skipBlocks(body, header.end) + (header.hasChecksum ? 4 : 0)
    } else {
      throw broken('no frame begins where one should')
    }
  }
  if (position > body.length) throw broken('it is cut short')
  return announced
}

const CONTENT_SIZE_BYTES = [0, 2, 4, 8]
const DICTIONARY_ID_BYTES = [0, 1, 2, 4]

function readFrameHeader(body: Buffer, start: number) {
  const descriptor = readLittleEndian(body, start, 1)
  const isSingleSegment = (descriptor & 0x20) !== 0
  let position = start + 1
  let windowBytes = 0
  if (!isSingleSegment) {
    const window = readLittleEndian(body, position++, 1)
    const base = 2 ** (10 + (window >> 3))
    windowBytes = base + (base / 8) * (window & 7)
  }
  const dictionaryIdBytes = DICTIONARY_ID_BYTES[descriptor & 3] ?? 0
  if (readLittleEndian(body, position, dictionaryIdBytes) !== 0) {
    throw broken('it needs a dictionary')
  }
  position += dictionaryIdBytes
  const sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6] || (isSingleSegment ? 1 : 0)
  // RFC 8878 3.1.1.1.4: a size of two bytes begins to count at 256.
  const size = readLittleEndian(body, position, sizeBytes) + (sizeBytes === 2 ? 256 : 0)
  return {
    end: position + sizeBytes,
    windowBytes: isSingleSegment ? size : windowBytes,
    contentBytes: sizeBytes === 0 ? undefined : size,
    hasChecksum: (descriptor & 4) !== 0,
  }
}

function skipBlocks(body: Buffer, start: number): number {
  let position = start
  for (;;) {
    const header = readLittleEndian(body, position, 3)
    const type = (header >> 1) & 3
    const size = header >> 3
    if (type === RESERVED || size > MAX_BLOCK_BYTES) throw broken('a block is not valid')
    position += 3 + (type === RLE ? 1 : size)
    if ((header & 1) === 1) return position
  }
}

/** Up to eight bytes; beyond 2^53 a size is far over every limit, so lost digits do not matter. */
function readLittleEndian(body: Buffer, position: number, bytes: number): number {
  if (position + bytes > body.length) throw broken('it is cut short')
  let value = 0
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (body[position + i] ?? 0)
  return value
}

function broken(reason: string): Refusal {
  return invalid(400, 'invalid_encoding', `The body is not valid zstd: ${reason}.`)
}

function windowTooLarge(bytes: number): Refusal {
  const text = `The body needs a zstd window of ${bytes} bytes; at most ${MAX_WINDOW_BYTES} may be used.`
  return invalid(413, 'too_large', text)
}

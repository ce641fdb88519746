import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { Decompress } from 'fzstd'
import type { BodyEncoding } from '../journal/record.ts'

const MIN_CHUNK_BYTES = 1024
const MAX_CHUNK_BYTES = 1024 * 1024

/**
 * Unpacks at once, which costs a third of what the asynchronous way does, on a thread that has
 * nothing else to answer.
 *
 * @throws Error when the bytes are not in that encoding or unpack to more than `maxBytes`
 */
export function unpack(encoding: BodyEncoding, body: Buffer, maxBytes: number): Buffer {
  const limit = { maxOutputLength: maxBytes }
  switch (encoding) {
    case 'identity':
      return body
    case 'gzip':
      return gunzipSync(body, { ...limit, chunkSize: gzipSize(body, maxBytes) })
    case 'deflate':
      return hasZlibHeader(body) ? inflateSync(body, limit) : inflateRawSync(body, limit)
    case 'br':
      return brotliDecompressSync(body, limit)
    case 'zstd':
      return unpackZstd(body, maxBytes)
  }
}

/** The last four bytes say how much it unpacks to: the right chunk saves copies, a wrong one harms nothing. */
function gzipSize(body: Buffer, maxBytes: number): number {
  const size = body.length >= 4 ? body.readUInt32LE(body.length - 4) + 1 : 0
  return Math.min(Math.max(size, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES, maxBytes)
}

/** Senders disagree whether `deflate` has the header of RFC 1950. */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && (body[0]! & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0
}

function unpackZstd(body: Buffer, maxBytes: number): Buffer {
  const parts: Uint8Array[] = []
  let bytes = 0
  const stream = new Decompress((part) => {
    bytes += part.length
    if (bytes > maxBytes) throw new RangeError(`Unpacked it has more than ${maxBytes} bytes`)
    parts.push(part)
  })
  stream.push(body, true)
  return Buffer.concat(parts)
}

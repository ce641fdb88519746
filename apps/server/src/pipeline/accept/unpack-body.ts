import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { MAX_ENVELOPE_BYTES } from '@mayday/protocol/limits'
import { Decompress } from 'fzstd'
import type { BodyEncoding } from '../../journal/record.ts'
import type { Lease } from './byte-budget.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { invalid, Refusal } from './refusal.ts'
import { checkZstdFrames } from './zstd-frames.ts'

/** Up to here it is cheaper to unpack at once than to hand it to another thread. */
const SMALL_BYTES = 1024 * 1024
const CHUNK_BYTES = 16 * 1024
const MAX_CHUNK_BYTES = 256 * 1024

/** What SDKs send where they mean "not packed"; the last two are old Android and Ruby ones. */
const NOT_PACKED = new Set(['', 'identity', 'utf-8', 'utf8'])
const ENCODINGS: Readonly<Record<string, BodyEncoding>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
  zstd: 'zstd',
}

/** @throws Refusal 415 for what we cannot unpack, several encodings on top of each other included */
export function parseContentEncoding(header: string | undefined): BodyEncoding {
  const name = (header ?? '').trim().toLowerCase()
  if (NOT_PACKED.has(name)) return 'identity'
  const encoding = Object.hasOwn(ENCODINGS, name) ? ENCODINGS[name] : undefined
  if (encoding !== undefined) return encoding
  const supported = 'gzip, deflate, br and zstd, one at a time'
  const message = `The Content-Encoding ${JSON.stringify(name)} is not supported; use ${supported}.`
  throw invalid(415, 'invalid_encoding', message)
}

/**
 * Unpacks a body, never past the limit.
 *
 * @throws Refusal 400 when it is not whole and nothing but that encoding, 413 over the limit, 503
 * when too much is being unpacked already
 */
export async function unpackBody(
  body: Buffer,
  encoding: BodyEncoding,
  lease: Lease,
): Promise<Buffer> {
  if (encoding === 'identity') return body
  const small = encoding === 'zstd' ? undefined : unpackSmall(body, encoding)
  if (small !== undefined) {
    lease.grow(small.length)
    return small
  }
  return unpackingLarge.run(() =>
    encoding === 'zstd'
      ? unpackZstd(body, lease)
      : unpackLarge(body, DECODERS[encoding](body).stream(), lease),
  )
}

/** One bomb at a time: others that small requests wait for would take their memory. */
const unpackingLarge = new OneAtATime(16)

type Decoder = {
  sync(body: Buffer, options: zlib.ZlibOptions): Buffer
  stream(): zlib.Gunzip
}

const INFLATE: Decoder = { sync: zlib.inflateSync, stream: zlib.createInflate }
const INFLATE_RAW: Decoder = { sync: zlib.inflateRawSync, stream: zlib.createInflateRaw }
const DECODERS = {
  gzip: (): Decoder => ({ sync: zlib.gunzipSync, stream: zlib.createGunzip }),
  // Senders disagree whether deflate has the header of RFC 1950.
  deflate: (body: Buffer) => (hasZlibHeader(body) ? INFLATE : INFLATE_RAW),
  br: (): Decoder => ({ sync: zlib.brotliDecompressSync, stream: zlib.createBrotliDecompress }),
}

function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && (body[0]! & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0
}

/** Undefined when it would become large. */
function unpackSmall(body: Buffer, encoding: keyof typeof DECODERS): Buffer | undefined {
  if (body.length > SMALL_BYTES) return undefined
  const options = {
    maxOutputLength: SMALL_BYTES,
    chunkSize: encoding === 'gzip' ? gzipSize(body) : CHUNK_BYTES,
    info: true,
  }
  try {
    // With `info` zlib answers so, which its types do not know.
    const answer: unknown = DECODERS[encoding](body).sync(body, options)
    const { buffer, engine } = answer as { buffer: Buffer; engine: { bytesWritten: number } }
    checkRest(body, engine.bytesWritten)
    return buffer
  } catch (error) {
    if (error instanceof Refusal) throw error
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw broken(error)
  }
}

/** The last four bytes tell the size; a right chunk size saves copies, a wrong one harms nothing. */
function gzipSize(body: Buffer): number {
  const size = body.length >= 4 ? body.readUInt32LE(body.length - 4) + 1 : 0
  return Math.min(Math.max(size, CHUNK_BYTES), MAX_CHUNK_BYTES)
}

function unpackLarge(body: Buffer, stream: zlib.Gunzip, lease: Lease): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const output = new Output(lease)
    const fail = (error: unknown) => {
      stream.destroy()
      reject(error instanceof Refusal ? error : broken(error))
    }
    stream.on('data', (chunk: Buffer) => {
      try {
        output.add(chunk)
      } catch (error) {
        fail(error)
      }
    })
    stream.on('error', fail)
    stream.on('end', () => {
      try {
        checkRest(body, stream.bytesWritten)
        resolve(output.join())
      } catch (error) {
        fail(error)
      }
    })
    stream.end(body)
  })
}

const yieldToOthers = promisify(setImmediate)
/** Of packed bytes: between two slices other requests get their turn. */
const ZSTD_SLICE_BYTES = 16 * 1024

async function unpackZstd(body: Buffer, lease: Lease): Promise<Buffer> {
  const announced = checkZstdFrames(body)
  if (announced !== undefined && announced > MAX_ENVELOPE_BYTES) throw tooLarge()
  const native = nativeZstd()
  if (native !== undefined) return unpackLarge(body, native, lease)
  const output = new Output(lease)
  const decoder = new Decompress((part) => output.add(part))
  try {
    for (let at = 0; at < body.length; at += ZSTD_SLICE_BYTES) {
      if (at > 0) await yieldToOthers()
      const end = Math.min(at + ZSTD_SLICE_BYTES, body.length)
      decoder.push(body.subarray(at, end), end === body.length)
    }
  } catch (error) {
    throw error instanceof Refusal ? error : broken(error)
  }
  return output.join()
}

/** Node has its own from 22.15 on. */
function nativeZstd(): zlib.Gunzip | undefined {
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => zlib.Gunzip }
  return createZstdDecompress?.()
}

class Output {
  readonly #lease: Lease
  readonly #parts: Uint8Array[] = []
  #bytes = 0

  constructor(lease: Lease) {
    this.#lease = lease
  }

  add(part: Uint8Array): void {
    this.#bytes += part.length
    if (this.#bytes > MAX_ENVELOPE_BYTES) throw tooLarge()
    this.#lease.grow(part.length)
    this.#parts.push(part)
  }

  join(): Buffer {
    return Buffer.concat(this.#parts, this.#bytes)
  }
}

/** Decoders stop at the end of the packed data and ignore what follows, except gzip's. */
function checkRest(body: Buffer, used: number): void {
  if (used < body.length) throw broken(new Error('there are bytes after its end'))
}

function broken(cause: unknown): Refusal {
  const message = `The body cannot be unpacked: ${(cause as Error).message}.`
  return invalid(400, 'invalid_encoding', message, cause)
}

function tooLarge(): Refusal {
  const message = `Unpacked the body is larger than ${MAX_ENVELOPE_BYTES} bytes.`
  return invalid(413, 'too_large', message)
}

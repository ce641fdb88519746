import type { IncomingMessage } from 'node:http'
import { MAX_COMPRESSED_BYTES } from '@mayday/protocol/limits'
import type { Lease } from './byte-budget.ts'
import { invalid, Refusal } from './refusal.ts'

export type BodyTimes = {
  wholeMs: number
  /** Every so often the body must have grown by `minBytes`. */
  checkMs: number
  minBytes: number
}

const TIMES: BodyTimes = { wholeMs: 30_000, checkMs: 10_000, minBytes: 10 * 1024 }

/** Chunks below this are copied together: as buffers of their own, one-byte chunks would take a hundred times their size. */
const SMALL_CHUNK_BYTES = 1024
const BLOCK_BYTES = 16 * 1024

/**
 * The body as it came, whatever its Content-Type and framing.
 *
 * @throws Refusal 413 over the limit, 408 too slow, 400 when the client went away before its end
 */
export function readBody(
  request: IncomingMessage,
  lease: Lease,
  times: BodyTimes = TIMES,
): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0)
  return new Promise((resolve, reject) => {
    if (announced > MAX_COMPRESSED_BYTES) return reject(tooLarge())
    const chunks = new ChunkList()
    const startedAtMs = performance.now()
    let checkedBytes = 0
    const timer = setInterval(() => {
      const isSlow = chunks.bytes - checkedBytes < times.minBytes
      checkedBytes = chunks.bytes
      const isLate = performance.now() - startedAtMs >= times.wholeMs
      if (isSlow || isLate) finish(() => reject(tooSlow()))
    }, times.checkMs)

    const onData = (chunk: Buffer) => {
      if (chunks.bytes + chunk.length > MAX_COMPRESSED_BYTES)
        return finish(() => reject(tooLarge()))
      try {
        lease.grow(chunk.length)
      } catch (error) {
        return finish(() => reject(error))
      }
      chunks.add(chunk)
    }
    const onEnd = () => finish(() => resolve(chunks.join()))
    const onClose = () => finish(() => reject(gone()))
    const finish = (settle: () => void) => {
      clearInterval(timer)
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      // A late error of a socket that nobody reads any more must not end the process.
      request.on('error', () => {})
      settle()
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
  })
}

/**
 * Reads on into nothing, for a while: a client that is still sending when the connection is closed
 * gets a reset instead of the answer that tells it why.
 */
export function discardBody(request: IncomingMessage, { maxMs = 2_000 } = {}): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      request.off('end', finish).off('close', finish)
      resolve()
    }
    const timer = setTimeout(finish, maxMs)
    request.on('end', finish).on('close', finish).resume()
  })
}

class ChunkList {
  bytes = 0
  readonly #whole: Buffer[] = []
  #block = Buffer.alloc(0)
  #blockUsed = 0

  add(chunk: Buffer): void {
    this.bytes += chunk.length
    if (chunk.length >= SMALL_CHUNK_BYTES || this.#whole.length === 0) {
      this.#endBlock()
      this.#whole.push(chunk)
      return
    }
    if (this.#blockUsed + chunk.length > this.#block.length) {
      this.#endBlock()
      this.#block = Buffer.allocUnsafe(BLOCK_BYTES)
    }
    this.#blockUsed += chunk.copy(this.#block, this.#blockUsed)
  }

  join(): Buffer {
    this.#endBlock()
    const [first, ...others] = this.#whole
    return first && others.length === 0 ? first : Buffer.concat(this.#whole, this.bytes)
  }

  #endBlock(): void {
    if (this.#blockUsed > 0) this.#whole.push(this.#block.subarray(0, this.#blockUsed))
    this.#block = this.#block.subarray(this.#blockUsed)
    this.#blockUsed = 0
  }
}

function tooLarge(): Refusal {
  const limit = `${MAX_COMPRESSED_BYTES} bytes`
  return invalid(413, 'too_large', `The body is larger than ${limit}.`)
}

function tooSlow(): Refusal {
  return invalid(408, 'incomplete', 'The body came too slowly; send it within 30 seconds.')
}

function gone(): Refusal {
  return invalid(400, 'incomplete', 'The connection was closed before the end of the body.')
}

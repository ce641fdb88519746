import { type Agent, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import { authHeader, type Dsn, envelopeUrl, formatDsn } from '@mayday/protocol/dsn'
import { type Item, serializeEnvelope } from '@mayday/protocol/envelope'
import type { ClientReport } from '@mayday/protocol/outcome'
import { RateLimits } from '@mayday/protocol/rate-limits'
import { runOutsideContext } from './current-scope.ts'
import { type Answer, post } from './http-post.ts'
import type { Delivery } from './last-delivery.ts'
import type { QuietLog } from './quiet-log.ts'
import { ServerState } from './server-state.ts'
import { SDK_NAME, SDK_VERSION } from './version.ts'

export const MAX_CONNECTIONS = 2
const MIN_GZIP_BYTES = 1024
const REQUEST_DEADLINE_MS = 5000

/** Larger ones are packed in another thread. */
const MAX_PACKED_AT_ONCE_BYTES = 32 * 1024
/** A few bytes more than by default, for half of the time, and without its quarter of a megabyte each. */
const GZIP = { level: 1, memLevel: 6, windowBits: 13, chunkSize: 8192 }
const encoder = new TextEncoder()

/**
 * Makes requests of envelopes for one DSN, over at most two kept-alive connections, and keeps what
 * the answers tell of the server.
 */
export class Sender {
  #agent: Agent | undefined
  readonly rateLimits: RateLimits = new RateLimits(() => performance.now())
  readonly server: ServerState = new ServerState()
  readonly #quiet: QuietLog
  readonly #url: URL
  /** A tunnel finds in the envelope's header where to pass it on. */
  readonly #tunnelled: { dsn?: string }
  readonly #headers: Record<string, string>

  constructor(dsn: Dsn, quiet: QuietLog, tunnel?: string) {
    this.#quiet = quiet
    this.#url = new URL(tunnel ?? envelopeUrl(dsn))
    this.#tunnelled = tunnel === undefined ? {} : { dsn: formatDsn(dsn) }
    this.#headers = {
      'content-type': 'application/x-sentry-envelope',
      'user-agent': `${SDK_NAME}/${SDK_VERSION}`,
      'x-sentry-auth': authHeader(dsn, `${SDK_NAME}/${SDK_VERSION}`),
    }
  }

  /** Made when it is first asked for: `node:http` is two megabytes, and most programs never fail. */
  get agent(): Agent {
    const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS }
    this.#agent ??=
      this.#url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
    return this.#agent
  }

  /** Closes the connections. */
  disconnect(): void {
    this.#agent?.destroy()
  }

  /** @throws whatever the network does, and an error when there is no answer within 5 seconds */
  async post(items: Item[], eventId?: string): Promise<Answer> {
    this.server.requested()
    try {
      const plain = envelopeOf(items, eventId, this.#tunnelled)
      const isSmall = plain.length < MIN_GZIP_BYTES
      const body = isSmall ? plain : await pack(plain)
      const encoding = isSmall ? {} : { 'content-encoding': 'gzip' }
      const headers = { ...this.#headers, 'content-length': body.length, ...encoding }
      const answer = await post(this.#url, headers, body, this.agent, REQUEST_DEADLINE_MS)
      this.rateLimits.update(answer)
      return answer
    } finally {
      this.server.answered()
    }
  }

  /** A report alone; undefined when the server could not be reached. */
  async report(report: ClientReport): Promise<Answer | undefined> {
    try {
      return await runOutsideContext(() => this.post([reportItem(report)]))
    } catch (error) {
      this.tellFailure('the client report', error)
      return undefined
    }
  }

  tellFailure(what: string, error: unknown): void {
    const kind = error instanceof Error && 'code' in error ? String(error.code) : 'other'
    this.#quiet.write(kind, `could not send ${what}: ${String(error)}`)
  }

  delivery(items: Item[], eventId: string): Delivery {
    const body = envelopeOf(items, eventId, this.#tunnelled)
    const headers = { ...this.#headers, 'content-length': body.length }
    return { url: this.#url.href, headers, body }
  }
}

/** A usual event takes some 10 µs; to have another thread do it costs this one several times that. */
async function pack(plain: Uint8Array): Promise<Buffer> {
  if (plain.length <= MAX_PACKED_AT_ONCE_BYTES) return gzipSync(plain, GZIP)
  return promisify(gzip)(plain)
}

/** Taken, or refused for good; anything else may be different the next time. */
export function isFinal(status: number): boolean {
  return status >= 200 && status < 500 && status !== 408
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** The bytes as they are sent, or kept. When they are sent again `sent_at` is that of then. */
export function envelopeOf(
  items: Item[],
  eventId?: string,
  tunnelled: { dsn?: string } = {},
): Uint8Array {
  const id = eventId ? { event_id: eventId } : {}
  return serializeEnvelope({
    header: { ...id, ...tunnelled, sent_at: new Date().toISOString() },
    items,
  })
}

export function eventItem(payload: Uint8Array, type = 'event'): Item {
  return { header: { type, content_type: 'application/json' }, payload }
}

export function reportItem(report: ClientReport): Item {
  return { header: { type: 'client_report' }, payload: encoder.encode(JSON.stringify(report)) }
}

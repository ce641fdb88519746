import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { DataCategory } from '@mayday/protocol/data-category'
import { authHeader, type Dsn, envelopeUrl, formatDsn } from '@mayday/protocol/dsn'
import { type Item, serializeEnvelope } from '@mayday/protocol/envelope'
import type { ClientReport } from '@mayday/protocol/outcome'
import { RateLimits } from '@mayday/protocol/rate-limits'
import { runOutsideContext } from './current-scope.ts'
import { Drops } from './drops.ts'
import { type Answer, post } from './http-post.ts'
import { type Delivery, deliverBeforeExit } from './last-delivery.ts'
import { SDK_NAME, SDK_VERSION } from './version.ts'

/** An event as bytes, on its way; or an item of another type. */
export type Outgoing = {
  eventId: string
  category: DataCategory
  payload: Uint8Array
  itemType?: 'check_in'
}

type Queued = Outgoing & { attempts: number }
/** Called when nothing is left; with `untilPause` also when all that is left has to wait. */
type Waiter = { resolve: () => void; untilPause: boolean }

const MAX_ENVELOPES = 64
const MAX_QUEUE_BYTES = 4 * 1024 * 1024
const MAX_CONNECTIONS = 2
const MIN_GZIP_BYTES = 1024
const REQUEST_DEADLINE_MS = 5000
/** An event that the server fails on again and again must not block those behind it. */
const MAX_REFUSALS = 4
const MIN_BACK_OFF_MS = 1000
const MAX_BACK_OFF_MS = 60_000
const REPORT_DELAY_MS = 30_000

/** Made when it is called, so that an app without errors never loads zlib. */
const gzipAsync = (bytes: Uint8Array): Promise<Buffer> => promisify(gzip)(bytes)
const encoder = new TextEncoder()

/**
 * Sends events over at most two kept-alive connections and never throws. Waiting events are bounded
 * in number and bytes; newer ones are dropped first, since older ones say when it began. Nothing
 * here keeps the process alive, but an awaited {@link Transport.flush}.
 */
export class Transport {
  readonly agent: HttpAgent
  readonly drops: Drops
  readonly #url: URL
  /** A tunnel finds in the envelope's header where to pass it on. */
  readonly #tunnelled: { dsn?: string }
  readonly #headers: Record<string, string>
  readonly #log: (line: string) => void
  readonly #rateLimits = new RateLimits(() => performance.now())
  readonly #sending = new Set<Queued>()
  #queue: Queued[] = []
  #isHeld = false
  #failures = 0
  #pausedUntilMs = 0
  #timer: NodeJS.Timeout | undefined
  #reportTimer: NodeJS.Timeout | undefined
  #waiters: Waiter[] = []

  constructor(
    dsn: Dsn,
    log: (line: string) => void,
    {
      tunnel,
      sendClientReports = true,
    }: { tunnel?: string | undefined; sendClientReports?: boolean } = {},
  ) {
    this.drops = new Drops(sendClientReports)
    const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS }
    this.#url = new URL(tunnel ?? envelopeUrl(dsn))
    this.#tunnelled = tunnel === undefined ? {} : { dsn: formatDsn(dsn) }
    this.agent = this.#url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
    this.#headers = {
      'content-type': 'application/x-sentry-envelope',
      'user-agent': `${SDK_NAME}/${SDK_VERSION}`,
      'x-sentry-auth': authHeader(dsn, `${SDK_NAME}/${SDK_VERSION}`),
    }
    this.#log = log
  }

  send(outgoing: Outgoing): void {
    if (this.#rateLimits.isLimited(outgoing.category)) {
      this.drop('ratelimit_backoff', outgoing.category)
    } else if (this.#isFullWith(outgoing)) {
      this.drop('queue_overflow', outgoing.category)
    } else {
      this.#queue.push({ ...outgoing, attempts: 0 })
      this.#pump()
    }
  }

  /** Counts what is lost, and has the server told of it within half a minute. */
  drop(reason: Parameters<Drops['count']>[0], category: DataCategory): void {
    this.#log(`dropped (${reason})`)
    this.drops.count(reason, category)
    this.#reportTimer ??= setTimeout(() => {
      this.#reportTimer = undefined
      void this.#sendReport()
    }, REPORT_DELAY_MS).unref()
  }

  /**
   * Waits until everything has been sent, also the counts of what was dropped. Keeps the process
   * alive meanwhile.
   *
   * @returns whether that was so within `timeoutMs`
   */
  async flush(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const timedOut = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs)
    })
    const sent = this.#idle(false).then(() => this.#sendReport())
    const result = await Promise.race([sent.then(() => true), timedOut])
    clearTimeout(timer)
    return result
  }

  /**
   * Waits as {@link Transport.flush} does, but gives up as soon as the server could not be reached.
   */
  async tryOnce(timeoutMs: number): Promise<void> {
    if (this.#sending.size === 0 && this.#queue.length === 0) return
    const alive = setTimeout(() => undefined, timeoutMs)
    const timedOut = new Promise<void>((resolve) => {
      setTimeout(resolve, timeoutMs).unref()
    })
    await Promise.race([this.#idle(true), timedOut])
    clearTimeout(alive)
  }

  /** Keeps what is sent from now on for {@link Transport.flushBeforeExit}. */
  hold(): void {
    this.#isHeld = true
  }

  /** Sends all that is left, at once and in the way of everything else; see `last-delivery.ts`. */
  flushBeforeExit(timeoutMs: number): void {
    this.#isHeld = false
    const left = [...this.#sending, ...this.#queue].filter(
      (queued) => !this.#rateLimits.isLimited(queued.category),
    )
    if (left.length === 0) return
    const report = this.drops.take()
    // What is half sent is sent again: the server stores an event id once.
    const deliveries = left.map((queued, index) =>
      this.#delivery(queued, index === 0 ? report : undefined),
    )
    this.#queue = []
    this.#sending.clear()
    this.agent.destroy()
    const isDelivered = deliverBeforeExit(deliveries, timeoutMs)
    this.#log(isDelivered ? `sent ${left.length} before exit` : 'no answer before exit')
  }

  close(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#reportTimer)
    this.#queue = []
    this.agent.destroy()
  }

  #isFullWith({ payload }: Outgoing): boolean {
    const held = [...this.#sending, ...this.#queue]
    const bytes = held.reduce((sum, queued) => sum + queued.payload.length, payload.length)
    return held.length >= MAX_ENVELOPES || bytes > MAX_QUEUE_BYTES
  }

  #pump(): void {
    if (this.#isHeld) return
    while (this.#sending.size < MAX_CONNECTIONS && performance.now() >= this.#pausedUntilMs) {
      const queued = this.#queue.shift()
      if (queued === undefined) break
      if (this.#rateLimits.isLimited(queued.category)) {
        this.drop('ratelimit_backoff', queued.category)
        continue
      }
      this.#sending.add(queued)
      void runOutsideContext(() => this.#transmit(queued))
    }
    if (this.#sending.size > 0) return
    const isResolved = (waiter: Waiter) => this.#queue.length === 0 || waiter.untilPause
    const resolved = this.#waiters.filter(isResolved)
    this.#waiters = this.#waiters.filter((waiter) => !isResolved(waiter))
    for (const { resolve } of resolved) resolve()
  }

  async #transmit(queued: Queued): Promise<void> {
    const report = this.drops.take()
    try {
      const answer = await this.#post(this.#items(queued, report), queued.eventId)
      this.#settle(queued, answer)
    } catch (error) {
      if (report) this.drops.putBack(report)
      this.#log(`could not send ${queued.eventId}: ${String(error)}`)
      this.#retry(queued)
    }
    this.#sending.delete(queued)
    this.#pump()
  }

  #settle(queued: Queued, { status }: Answer): void {
    if (status >= 200 && status < 300) {
      this.#failures = 0
      this.#log(`sent ${queued.eventId}`)
    } else if (status === 429) {
      // The server has counted it as rate limited.
      this.#log(`rate limited ${queued.eventId}`)
    } else if ((status >= 500 || status === 408) && queued.attempts < MAX_REFUSALS) {
      this.#log(`the server answered ${status}, ${queued.eventId} is tried again`)
      this.#retry(queued)
    } else {
      this.#log(`the server answered ${status}`)
      this.drop('send_error', queued.category)
    }
  }

  #retry(queued: Queued): void {
    queued.attempts++
    this.#queue.unshift(queued)
    const backOffMs = Math.min(MAX_BACK_OFF_MS, MIN_BACK_OFF_MS * 2 ** this.#failures++)
    // With jitter, since all processes of an app lose their server at the same moment.
    this.#pausedUntilMs = performance.now() + backOffMs * (0.5 + Math.random() / 2)
    clearTimeout(this.#timer)
    const delayMs = this.#pausedUntilMs - performance.now()
    this.#timer = setTimeout(() => this.#pump(), Math.ceil(delayMs) + 1).unref()
  }

  /** A report alone; when it cannot be sent its counts wait for the next one. */
  async #sendReport(): Promise<void> {
    const report = this.drops.take()
    if (report === undefined) return
    try {
      const { status } = await runOutsideContext(() => this.#post([reportItem(report)]))
      if (status < 200 || status >= 300) this.drops.putBack(report)
    } catch (error) {
      this.#log(`could not send the client report: ${String(error)}`)
      this.drops.putBack(report)
    }
  }

  async #post(items: Item[], eventId?: string): Promise<Answer> {
    const plain = envelopeOf(items, this.#tunnelled, eventId)
    const isSmall = plain.length < MIN_GZIP_BYTES
    const body = isSmall ? plain : await gzipAsync(plain)
    const headers = {
      ...this.#headers,
      'content-length': body.length,
      ...(isSmall ? {} : { 'content-encoding': 'gzip' }),
    }
    const answer = await post(this.#url, headers, body, this.agent, REQUEST_DEADLINE_MS)
    this.#rateLimits.update(answer)
    return answer
  }

  #items(outgoing: Outgoing, report: ClientReport | undefined): Item[] {
    const event = {
      header: { type: outgoing.itemType ?? 'event', content_type: 'application/json' },
      payload: outgoing.payload,
    }
    return report ? [event, reportItem(report)] : [event]
  }

  #delivery(outgoing: Outgoing, report: ClientReport | undefined): Delivery {
    const body = envelopeOf(this.#items(outgoing, report), this.#tunnelled, outgoing.eventId)
    const headers = { ...this.#headers, 'content-length': body.length }
    return { url: this.#url.href, headers, body }
  }

  #idle(untilPause: boolean): Promise<void> {
    this.#pausedUntilMs = 0
    return new Promise((resolve) => {
      this.#waiters.push({ resolve, untilPause })
      this.#pump()
    })
  }
}

function envelopeOf(items: Item[], tunnelled: { dsn?: string }, eventId?: string): Uint8Array {
  const id = eventId ? { event_id: eventId } : {}
  const header = { ...id, ...tunnelled, sent_at: new Date().toISOString() }
  return serializeEnvelope({ header, items })
}

function reportItem(report: ClientReport): Item {
  return { header: { type: 'client_report' }, payload: encoder.encode(JSON.stringify(report)) }
}

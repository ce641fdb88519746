import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitUntil } from '../support/wait-until.ts'

const SENDERS = 16
/** One accepted event in so many is sent once more, as after an answer that got lost. */
const REPEAT_EVERY = 5
/** A new issue opens every so many events, so that faults hit events with and without an issue. */
const EVENTS_PER_ISSUE = 40
/** Between two tries while nobody listens. */
const RETRY_MS = 20
const ENVIRONMENTS = ['production', 'staging', 'test']

type Options = {
  dsn: string
  senders?: number
  /** Each sender waits so long after an answer. @default 0 */
  pauseMs?: number
}

/** Clients that send without end and note what they were told. */
export class Load {
  /** Times that an event was answered with 200, by its id. */
  readonly accepted = new Map<string, number>()
  /** Ids of everything sent, answered or not. */
  readonly sent = new Set<string>()
  /** Answers other than 200: status and text. */
  readonly refused: string[] = []
  requests = 0
  /** Requests that ended without an answer; the event is then sent again until there is one. */
  unanswered = 0
  readonly #agent = new Agent({ keepAlive: true })
  readonly #url: URL
  readonly #pauseMs: number
  readonly #senders: Promise<void>[]
  #isStopping = false
  #isAbandoned = false

  constructor({ dsn, senders = SENDERS, pauseMs = 0 }: Options) {
    const { host, username, pathname } = new URL(dsn)
    this.#url = new URL(`http://${host}/api${pathname}/envelope/?sentry_key=${username}`)
    this.#pauseMs = pauseMs
    this.#senders = Array.from({ length: senders }, () => this.#send())
  }

  /** Resolves when so many more events than now have got their 200. */
  async acceptedMore(count: number): Promise<void> {
    const least = this.accepted.size + count
    await waitUntil(() => this.accepted.size >= least, `${count} more events are accepted`)
  }

  /** Every event that was begun gets its answer first, so there must be somebody to answer. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#senders)
    this.#agent.destroy()
  }

  /** Ends it although nobody may answer any more. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true
    await this.stop()
  }

  async #send(): Promise<void> {
    while (!this.#isStopping) {
      const eventId = randomUUID().replaceAll('-', '')
      this.sent.add(eventId)
      const body = envelopeOf(eventId, this.sent.size)
      await this.#sendUntilAnswered(eventId, body)
      if (this.sent.size % REPEAT_EVERY === 0) await this.#sendUntilAnswered(eventId, body)
      if (this.#pauseMs > 0) await sleep(this.#pauseMs)
    }
  }

  async #sendUntilAnswered(eventId: string, body: string): Promise<void> {
    for (;;) {
      this.requests++
      const answer = await this.#post(body).catch(() => undefined)
      if (answer?.status === 200) {
        this.accepted.set(eventId, (this.accepted.get(eventId) ?? 0) + 1)
        return
      }
      if (answer) {
        this.refused.push(`${answer.status} ${answer.text}`)
        return
      }
      this.unanswered++
      if (this.#isAbandoned) return
      await sleep(RETRY_MS)
    }
  }

  #post(body: string): Promise<{ status: number | undefined; text: string }> {
    return new Promise((resolve, reject) => {
      const post = request(this.#url, { method: 'POST', agent: this.#agent }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        // A server that is killed amid its answer has not given one.
        response.once('error', reject)
        response.once('end', () => resolve({ status: response.statusCode, text }))
      })
      post.once('error', reject)
      post.end(body)
    })
  }
}

function envelopeOf(eventId: string, number: number): string {
  const event = {
    platform: 'node',
    level: 'error',
    environment: ENVIRONMENTS[number % ENVIRONMENTS.length],
    release: `shop@1.${number % 7}.0`,
    user: { id: `customer-${number % 100}` },
    tags: { shelf: String(number % 9) },
    fingerprint: [`fault-${Math.floor(number / EVENTS_PER_ISSUE)}`],
    exception: { values: [{ type: 'OutOfStock', value: `No more of item ${number}` }] },
  }
  return [{ event_id: eventId }, { type: 'event' }, event]
    .map((line) => JSON.stringify(line))
    .join('\n')
}

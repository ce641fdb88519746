import { randomUUID } from 'node:crypto'
import type { DataCategory } from '@mayday/protocol/data-category'
import type { ClientReason, ClientReport } from '@mayday/protocol/outcome'
import { Drops } from './drops.ts'
import { envelopeOf, isSuccess, reportItem } from './sender.ts'
import type { Spool } from './spool.ts'

const REPORT_DELAY_MS = 30_000

type Post = (report: ClientReport) => Promise<{ status: number } | undefined>

/** Counts what is lost and has the server told of it: with the next event, or within half a minute. */
export class ClientReports {
  readonly #drops: Drops
  readonly #post: Post
  #timer: NodeJS.Timeout | undefined

  /** @param post gives back undefined when the server could not be reached */
  constructor(isReported: boolean, post: Post) {
    this.#drops = new Drops(isReported)
    this.#post = post
  }

  count(reason: ClientReason, category: DataCategory): void {
    this.#drops.count(reason, category)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.send()
    }, REPORT_DELAY_MS).unref()
  }

  /** For the caller to send along; see {@link settle}. */
  take(): ClientReport | undefined {
    return this.#drops.take()
  }

  /** What was taken counts on, unless an answer of this status says that it arrived. */
  settle(report: ClientReport | undefined, status: number): void {
    if (report && !isSuccess(status)) this.#drops.putBack(report)
  }

  async send(): Promise<void> {
    const report = this.take()
    if (report === undefined) return
    const answer = await this.#post(report)
    this.settle(report, answer?.status ?? 0)
  }

  /** Leaves the counts on disk, for the next start to send. */
  stop(spool: Spool): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const report = this.take()
    if (report === undefined) return
    const eventId = randomUUID().replaceAll('-', '')
    const name = { eventId, category: 'internal', storedAtMs: Date.now() } as const
    const outcome = spool.store(name, envelopeOf([reportItem(report)]), false)
    if (typeof outcome !== 'object') this.#drops.putBack(report)
  }
}

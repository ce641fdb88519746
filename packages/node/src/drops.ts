import type { DataCategory } from '@mayday/protocol/data-category'
import type { ClientReason, ClientReport } from '@mayday/protocol/outcome'

type Discarded = ClientReport['discarded_events'][number]

/** Counts what was not sent, until a client report has told the server. */
export class Drops {
  readonly #counts = new Map<string, Discarded>()

  readonly #isReported: boolean

  constructor(isReported = true) {
    this.#isReported = isReported
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0
  }

  count(reason: ClientReason, category: DataCategory, quantity = 1): void {
    if (!this.#isReported) return
    const key = `${reason}:${category}`
    const entry = this.#counts.get(key)
    if (entry) entry.quantity += quantity
    else this.#counts.set(key, { reason, category, quantity })
  }

  /** Everything counted so far; from here on it is the caller's to send, or to put back. */
  take(): ClientReport | undefined {
    if (this.isEmpty) return undefined
    const discarded_events = [...this.#counts.values()]
    this.#counts.clear()
    return { timestamp: Date.now() / 1000, discarded_events }
  }

  putBack(report: ClientReport): void {
    for (const { reason, category, quantity } of report.discarded_events) {
      this.count(reason, category, quantity)
    }
  }
}

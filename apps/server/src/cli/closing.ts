import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'

type Step = { what: string; limitMs: number; close: () => unknown }

/** Things to close in the order opposite to that of their opening, each within its time. */
export class Closing {
  readonly #steps: Step[] = []
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  add(what: string, limitMs: number, close: () => unknown): void {
    this.#steps.push({ what, limitMs, close })
  }

  /** Never throws: what does not close is logged, and the rest is closed all the same. */
  async run(): Promise<void> {
    for (const { what, limitMs, close } of this.#steps.splice(0).reverse()) {
      const timer = new AbortController()
      const tooLate = sleep(limitMs, undefined, { signal: timer.signal }).then(
        () => this.#log.warn({ what, limitMs }, 'not closed in time'),
        () => {
          // Closed in time: the timer was called off.
        },
      )
      const closed = (async () => close())().catch((error: unknown) => {
        this.#log.warn({ what, err: error }, 'not closed')
      })
      await Promise.race([closed, tooLate])
      timer.abort()
    }
  }
}

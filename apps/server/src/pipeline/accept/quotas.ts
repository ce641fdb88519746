import type { DataCategory } from '@mayday/protocol/data-category'
import type { RateLimit } from '@mayday/protocol/rate-limits'
import type { KnownKey } from '../../projects/known-key.ts'

/** What the rate limit of a key is about; sessions, client reports and the like pass beside it. */
const LIMITED_CATEGORIES: readonly DataCategory[] = ['error', 'default', 'security', 'attachment']
/** Attachments do not use it up: they only go where their event goes. */
const COUNTED_CATEGORIES: readonly DataCategory[] = ['error', 'default', 'security']
/** A client that waits longer than this for a limit that was lifted has lost too much. */
const MAX_RETRY_SECONDS = 300
const MAX_WINDOWS = 10_000

type Window = { endsAtMs: number; used: number }

/** How much each key has sent in the window that runs, in the memory of this process. */
export class Quotas {
  readonly #now: () => number
  readonly #windows = new Map<number, Window>()

  /** @param now milliseconds from any moment on, never going back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Whether one more item of the category may come by this key, and if so counts it. */
  take(key: KnownKey, category: DataCategory): boolean {
    if (key.rateLimit === null || !LIMITED_CATEGORIES.includes(category)) return true
    const window = this.#windowOf(key, key.rateLimit.windowSeconds)
    if (window.used >= key.rateLimit.count) return false
    if (COUNTED_CATEGORIES.includes(category)) window.used++
    return true
  }

  /** The limit as clients must be told of it; none until it is reached. */
  reached(key: KnownKey): RateLimit[] {
    const window = this.#windows.get(key.id)
    if (key.rateLimit === null || window === undefined) return []
    const leftMs = window.endsAtMs - this.#now()
    if (leftMs <= 0 || window.used < key.rateLimit.count) return []
    const retryAfterSeconds = Math.min(Math.ceil(leftMs / 1000), MAX_RETRY_SECONDS)
    return [
      { retryAfterSeconds, categories: [...LIMITED_CATEGORIES], scope: 'key', reason: 'quota' },
    ]
  }

  #windowOf(key: KnownKey, windowSeconds: number): Window {
    const nowMs = this.#now()
    const running = this.#windows.get(key.id)
    // A window that was made shorter meanwhile must not go on for the old time.
    if (running && running.endsAtMs > nowMs && running.endsAtMs <= nowMs + windowSeconds * 1000) {
      return running
    }
    if (this.#windows.size >= MAX_WINDOWS) this.#dropEnded(nowMs)
    const window = { endsAtMs: nowMs + windowSeconds * 1000, used: 0 }
    this.#windows.set(key.id, window)
    return window
  }

  #dropEnded(nowMs: number): void {
    for (const [id, { endsAtMs }] of this.#windows) if (endsAtMs <= nowMs) this.#windows.delete(id)
  }
}

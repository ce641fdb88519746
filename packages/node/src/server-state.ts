const MIN_BACK_OFF_MS = 1000
const MAX_BACK_OFF_MS = 60_000
/** Without an answer for so long, a server counts as away. */
const SILENCE_MS = 1000

/** What the last requests have told of the server, on a clock that only goes forward. */
export class ServerState {
  #failures = 0
  #pausedUntilMs = 0
  #waitingSinceMs: number | undefined

  /** The last request failed. */
  get isFailing(): boolean {
    return this.#failures > 0
  }

  /** Failing, or silent for longer than answers take. */
  get isAway(): boolean {
    if (this.isFailing) return true
    return this.#waitingSinceMs !== undefined && now() - this.#waitingSinceMs > SILENCE_MS
  }

  get isPaused(): boolean {
    return now() < this.#pausedUntilMs
  }

  requested(): void {
    this.#waitingSinceMs ??= now()
  }

  answered(): void {
    this.#waitingSinceMs = undefined
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** Returns for how many milliseconds nothing is sent, which doubles with each failure. */
  failed(): number {
    const backOffMs = Math.min(MAX_BACK_OFF_MS, MIN_BACK_OFF_MS * 2 ** this.#failures++)
    // With jitter, since all processes of an app lose their server at the same moment.
    const pauseMs = backOffMs * (0.5 + Math.random() / 2)
    this.#pausedUntilMs = now() + pauseMs
    return pauseMs
  }

  /** For somebody who waits: it is tried now. */
  endPause(): void {
    this.#pausedUntilMs = 0
  }
}

function now(): number {
  return performance.now()
}

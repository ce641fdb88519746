const PERIOD_MS = 60_000
const MAX_KINDS = 50

/** Passes the first line of a kind on, then one a minute, which tells how many were left out. */
export class QuietLog {
  readonly #write: (line: string) => void
  readonly #now: () => number
  readonly #kinds = new Map<string, { untilMs: number; leftOut: number }>()

  /** @param now milliseconds of a clock that only goes forward */
  constructor(write: (line: string) => void, now: () => number = () => performance.now()) {
    this.#write = write
    this.#now = now
  }

  write(kind: string, line: string): void {
    const now = this.#now()
    const known = this.#kinds.get(kind)
    if (known && now < known.untilMs) {
      known.leftOut++
      return
    }
    if (this.#kinds.size >= MAX_KINDS) this.#kinds.clear()
    this.#kinds.set(kind, { untilMs: now + PERIOD_MS, leftOut: 0 })
    this.#write(known && known.leftOut > 0 ? `${line} (and ${known.leftOut} more)` : line)
  }
}

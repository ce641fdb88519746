/**
 * Lets an error storm through as a trickle. Every key has a bucket of 100 that refills by 10 a
 * second, and all keys together one of 300 that refills by 100, so that a loop that fails costs a
 * map look-up each time. What is left out is counted, and the next one let through tells the count.
 */
export class FloodGuard {
  readonly #now: () => number
  readonly #all = new Bucket(300, 100)
  readonly #ofKey = new Map<string, Bucket>()
  #leftOut = 0

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Whether anything is let through now; asked first, since making a key costs more. */
  isClosed(): boolean {
    const isClosed = this.#all.level(this.#now()) < 1
    if (isClosed) this.#leftOut++
    return isClosed
  }

  /** How many were left out before this one, or `undefined` when this one is, too. */
  admit(key: string): { leftOut: number } | undefined {
    const now = this.#now()
    const bucket = this.#bucketOf(key)
    if (!bucket.take(now)) {
      bucket.leftOut++
      return undefined
    }
    this.#all.take(now)
    const leftOut = bucket.leftOut + this.#leftOut
    bucket.leftOut = 0
    this.#leftOut = 0
    return { leftOut }
  }

  #bucketOf(key: string): Bucket {
    const known = this.#ofKey.get(key)
    // Put last again: the first one is that which was not seen for longest.
    if (known) this.#ofKey.delete(key)
    const bucket = known ?? new Bucket(100, 10)
    this.#ofKey.set(key, bucket)
    if (this.#ofKey.size > MAX_KEYS) this.#forgetOldest()
    return bucket
  }

  #forgetOldest(): void {
    const [oldest] = this.#ofKey
    if (oldest === undefined) return
    this.#leftOut += oldest[1].leftOut
    this.#ofKey.delete(oldest[0])
  }
}

const MAX_KEYS = 200

class Bucket {
  leftOut = 0
  readonly #size: number
  readonly #perSecond: number
  #level: number
  #at = 0

  constructor(size: number, perSecond: number) {
    this.#size = size
    this.#perSecond = perSecond
    this.#level = size
  }

  level(nowMs: number): number {
    const elapsed = Math.max(0, nowMs - this.#at) / 1000
    this.#level = Math.min(this.#size, this.#level + elapsed * this.#perSecond)
    this.#at = nowMs
    return this.#level
  }

  take(nowMs: number): boolean {
    if (this.level(nowMs) < 1) return false
    this.#level--
    return true
  }
}

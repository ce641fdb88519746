import { LRUCache } from 'lru-cache'
import { AppError } from '../errors.ts'

const FREE_FAILURES = 5
const LONGEST_DELAY_SECONDS = 900
const MOST_PER_ADDRESS_AND_HOUR = 100
const HOUR_MS = 3_600_000
/** Bounds the memory that guessing can take; the oldest entries go first. */
const MOST_ENTRIES = 20_000

type Failures = { count: number; lastAtMs: number }

/**
 * Slows down guessing: after five failures of one name from one address each further try waits twice
 * as long. The pair is held up, not the account, so nobody can lock its owner out from elsewhere.
 */
export class SignInLimits {
  private readonly pairs = new LRUCache<string, Failures>({ max: MOST_ENTRIES, ttl: HOUR_MS })
  private readonly addresses = new LRUCache<string, number>({ max: MOST_ENTRIES, ttl: HOUR_MS })

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** @throws AppError `too_many_attempts` with the seconds to wait. */
  check(email: string, address: string): void {
    const failures = this.pairs.get(pairOf(email, address))
    const readyAtMs = failures ? failures.lastAtMs + delaySeconds(failures.count) * 1_000 : 0
    const waitSeconds = Math.ceil((readyAtMs - this.nowMs()) / 1_000)
    if (waitSeconds > 0) throw tooMany(waitSeconds)
    if ((this.addresses.get(address) ?? 0) >= MOST_PER_ADDRESS_AND_HOUR) {
      throw tooMany(Math.ceil(this.addresses.getRemainingTTL(address) / 1_000))
    }
  }

  failed(email: string, address: string): void {
    const pair = pairOf(email, address)
    const count = (this.pairs.get(pair)?.count ?? 0) + 1
    this.pairs.set(pair, { count, lastAtMs: this.nowMs() })
    const already = this.addresses.get(address)
    // The hour counts from the first failure, so the entry's end is kept.
    const ttl = already === undefined ? HOUR_MS : this.addresses.getRemainingTTL(address)
    this.addresses.set(address, (already ?? 0) + 1, { ttl })
  }

  succeeded(email: string, address: string): void {
    this.pairs.delete(pairOf(email, address))
  }
}

function delaySeconds(failures: number): number {
  if (failures < FREE_FAILURES) return 0
  return Math.min(2 ** (failures - FREE_FAILURES), LONGEST_DELAY_SECONDS)
}

function pairOf(email: string, address: string): string {
  return `${email.trim().toLowerCase()} ${address}`
}

function tooMany(seconds: number): AppError {
  return new AppError(
    'too_many_attempts',
    `Too many failed attempts. Try again in ${seconds} s.`,
    seconds,
  )
}

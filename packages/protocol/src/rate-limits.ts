import { DEFAULT_RETRY_AFTER_SECONDS, MAX_RETRY_AFTER_SECONDS } from './limits.ts'

/** One limit of an `X-Sentry-Rate-Limits` header, such as `60:error;security:project:quota`. */
export type RateLimit = {
  /** Counted from the answer that carries it. */
  retryAfterSeconds: number
  /** None means all. Names that we do not know stay, so that they never turn into "all". */
  categories: string[]
  /** `organization`, `project` or `key`; for people. */
  scope?: string
  /** For people; lower-case letters, digits and `_`. */
  reason?: string
}

/**
 * Reads the value of `X-Sentry-Rate-Limits`. Never throws: a limit whose time is no number is
 * skipped, and times beyond a day are cut to a day.
 */
export function parseRateLimits(value: string): RateLimit[] {
  return value.split(',').flatMap((part) => {
    const [time = '', categories = '', scope = '', reason = ''] = part.trim().split(':')
    const retryAfterSeconds = parseSeconds(time)
    if (retryAfterSeconds === undefined) return []
    return [
      {
        retryAfterSeconds,
        categories: categories.split(';').flatMap((name) => name.trim() || []),
        ...(scope === '' ? {} : { scope }),
        ...(reason === '' ? {} : { reason }),
      },
    ]
  })
}

/** Writes the value of `X-Sentry-Rate-Limits`, times rounded up to whole seconds. */
export function formatRateLimits(limits: readonly RateLimit[]): string {
  return limits
    .map(({ retryAfterSeconds, categories, scope = '', reason = '' }) =>
      [Math.ceil(retryAfterSeconds), categories.join(';'), scope, reason].join(':'),
    )
    .join(', ')
}

/**
 * Reads the value of `Retry-After`, seconds or an HTTP date, as seconds from now; at most a day.
 * Never throws: undefined when it is neither.
 */
export function parseRetryAfter(value: string, nowMs: number): number | undefined {
  const seconds = parseSeconds(value)
  if (seconds !== undefined) return seconds
  // Date.parse alone takes nearly anything: "-5" is a day in 2001 to it.
  const dateMs = /^[a-z]+, ?\d.* GMT$/i.test(value.trim()) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(dateMs)) return undefined
  return clampSeconds((dateMs - nowMs) / 1000)
}

/** Writes the value of `Retry-After`: whole seconds, rounded up, of the longest limit. */
export function formatRetryAfter(limits: readonly RateLimit[]): string {
  return String(Math.ceil(Math.max(0, ...limits.map((limit) => limit.retryAfterSeconds))))
}

/** What a client reads of an answer; a missing header is null, as `Headers.get` gives it. */
export type RateLimitAnswer = {
  status: number
  rateLimits: string | null
  retryAfter: string | null
}

/**
 * What a client may not send at the moment. Limits only ever grow longer by a new answer, and the
 * limit on everything counts beside those on single categories.
 */
export class RateLimits {
  readonly #nowMs: () => number
  readonly #untilMs = new Map<string, number>()

  /** @param nowMs the clock, in milliseconds; any origin that does not jump will do for durations */
  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
  }

  /** Takes note of any answer of the server, whatever its status. */
  update(answer: RateLimitAnswer): void {
    this.#forgetExpired()
    const limits = answer.rateLimits === null ? [] : parseRateLimits(answer.rateLimits)
    for (const { categories, retryAfterSeconds } of limits) {
      for (const category of categories.length === 0 ? [ALL] : categories) {
        this.#extend(category, retryAfterSeconds)
      }
    }
    if (limits.length === 0 && answer.status === 429) {
      const retryAfter = parseRetryAfter(answer.retryAfter ?? '', this.#nowMs())
      this.#extend(ALL, retryAfter ?? DEFAULT_RETRY_AFTER_SECONDS)
    }
  }

  /** Whether items of this category must be kept back now. */
  isLimited(category: string): boolean {
    return this.remainingMs(category) > 0
  }

  /** Milliseconds until items of this category may be sent again; 0 when they may. */
  remainingMs(category: string): number {
    const until = Math.max(this.#untilMs.get(category) ?? 0, this.#untilMs.get(ALL) ?? 0)
    return Math.max(0, until - this.#nowMs())
  }

  /** Names come from outside: what has run out goes, so that the map cannot grow for ever. */
  #forgetExpired(): void {
    const nowMs = this.#nowMs()
    for (const [name, until] of this.#untilMs) if (until <= nowMs) this.#untilMs.delete(name)
  }

  #extend(category: string, seconds: number): void {
    const until = this.#nowMs() + seconds * 1000
    if (until > (this.#untilMs.get(category) ?? 0)) this.#untilMs.set(category, until)
  }
}

/** Key for limits on everything; no category can be named so, since names are never empty. */
const ALL = ''

function parseSeconds(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? clampSeconds(Number(text)) : undefined
}

function clampSeconds(seconds: number): number {
  return Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS)
}

import type { Outcome, ServerReason } from '@mayday/protocol/outcome'
import type { RateLimit } from '@mayday/protocol/rate-limits'

/** The request is refused as a whole; normal, no fault of ours. Answered in `intake.ts` only. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  /** What the items of the request end in, where the sender is known. */
  readonly fate: Fate | undefined
  readonly retryAfterSeconds: number | undefined
  /** What the sender may not send for a while. */
  readonly limits: readonly RateLimit[]

  /** @param message what is wrong and what would be right; the sender reads it */
  constructor(
    status: number,
    message: string,
    options: {
      fate?: Fate
      retryAfterSeconds?: number
      limits?: readonly RateLimit[]
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.status = status
    this.fate = options.fate
    this.retryAfterSeconds = options.retryAfterSeconds
    this.limits = options.limits ?? []
  }
}

export type Fate = { outcome: Outcome; reason: ServerReason }

/** SDKs do not resend what gets a 503, so it is lost like anything over quota, and counted so. */
export function overloaded(message: string, cause?: unknown): Refusal {
  return new Refusal(503, message, {
    retryAfterSeconds: OVERLOAD_RETRY_SECONDS,
    fate: { outcome: 'rate_limited', reason: 'overloaded' },
    cause,
  })
}

const OVERLOAD_RETRY_SECONDS = 10

export function invalid(status: number, reason: ServerReason, message: string, cause?: unknown) {
  return new Refusal(status, message, { fate: { outcome: 'invalid', reason }, cause })
}

export function overQuota(limits: readonly RateLimit[]): Refusal {
  const message = 'The project key has reached its rate limit; wait as long as Retry-After says.'
  return new Refusal(429, message, { limits, fate: { outcome: 'rate_limited', reason: 'quota' } })
}

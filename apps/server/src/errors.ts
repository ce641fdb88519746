/** What an API caller may be told: code, HTTP status, and the sentence unless a better one is given. */
export const ERROR_TABLE = {
  invalid_request: [400, 'The request is not as it must be.'],
  invalid_search: [400, 'The search cannot be understood.'],
  invalid_cursor: [400, 'The cursor is none that this list gave out.'],
  not_signed_in: [401, 'Sign in, or send a token as "Authorization: Bearer …".'],
  wrong_credentials: [401, 'E-mail or password is wrong.'],
  link_not_valid: [401, 'This sign-in link was used already, is too old, or was replaced.'],
  missing_scope: [403, 'This needs a scope that the token or the role does not have.'],
  session_only: [403, 'This can only be done by a signed-in person, not by a token.'],
  cross_site: [403, 'The request came from another site, or does not say where it came from.'],
  not_found: [404, 'It is not there, or not yours to see.'],
  conflict: [409, 'It exists already.'],
  too_large: [413, 'The request is too large.'],
  not_json: [415, 'Send the body as application/json.'],
  too_many_attempts: [429, 'Too many attempts. Wait before trying again.'],
  internal: [
    500,
    'Something went wrong on the server. Its log has the details under this error id.',
  ],
  overloaded: [503, 'The server has too much to do. Try again shortly.'],
  database_unavailable: [503, 'The database does not answer at the moment. Try again shortly.'],
  query_too_slow: [503, 'The query took too long. Narrow the period or the search.'],
} as const satisfies Record<string, readonly [status: number, sentence: string]>

export type ErrorCode = keyof typeof ERROR_TABLE

/** An API caller asked for what cannot be; the exception filter turns it into the answer. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number
  /** Seconds to wait before another try, for the `Retry-After` header. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, sentence?: string, retryAfterSeconds?: number) {
    super(sentence ?? ERROR_TABLE[code][1])
    this.name = 'AppError'
    this.code = code
    this.status = ERROR_TABLE[code][0]
    this.retryAfterSeconds = retryAfterSeconds
  }
}

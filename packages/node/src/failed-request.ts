import type { ServerResponse } from 'node:http'
import { captureThrown, newEventId } from './capture.ts'
import { getClient } from './client.ts'
import { currentContext } from './current-scope.ts'
import { contextOf } from './integrations/http.ts'
import { type ProblemAnswer, problemAnswer } from './problem-details.ts'
import { captureUndecided } from './undecided.ts'

const MAX_STATUS = 599

/**
 * What each framework's hook calls for an error that a request ran into. It becomes an event if the
 * answer ends with 5xx or breaks off, else a breadcrumb. Never throws; the same error again, on its
 * way through several hooks, gives the same id.
 *
 * @param mechanism name of the framework, such as `express`
 * @param response undefined where the framework does not know it: that of the current context then
 * @returns the error id, to be put into the answer
 */
export function captureFailedRequest(
  thrown: unknown,
  mechanism: string,
  response: ServerResponse | undefined,
): string {
  const context = (response && contextOf(response)) ?? currentContext()
  if (context.exchange) return captureUndecided(thrown, mechanism, context, context.exchange)
  if (getClient() === undefined) return newEventId()
  // The request began before init, or no server of `node:http` serves it: nothing is known of it.
  return captureThrown(thrown, {
    capture: { type: mechanism, handled: false },
    level: 'error',
    context,
  })
}

/** The error's own `status` or `statusCode`, from 400 to 599, as `http-errors` and others have it. */
export function errorStatus(thrown: unknown): number | undefined {
  const status = [readProperty(thrown, 'status'), readProperty(thrown, 'statusCode')]
  const found = status.find(isErrorStatus)
  return found === undefined ? undefined : Math.floor(found)
}

export function isErrorStatus(status: unknown): status is number {
  return typeof status === 'number' && status >= 400 && status <= MAX_STATUS
}

/** The safe answer, which in development tells the error. */
export function problemFor(
  thrown: unknown,
  status: number,
  errorId: string,
  accept: string | undefined,
): ProblemAnswer {
  return problemAnswer({ thrown, status, errorId, accept, isDevelopment: isDevelopment() })
}

/**
 * Sends it as the whole answer, in place of the one that was begun: headers that speak of another
 * body are taken away. Headers must not have been sent.
 */
export function sendProblem(
  response: ServerResponse,
  { status, headers, body }: ProblemAnswer,
): void {
  for (const name of HEADERS_OF_OTHER_BODY) response.removeHeader(name)
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'retry-after' && response.hasHeader(name)) continue
    response.setHeader(name, value)
  }
  response.end(body)
}

const noted = new WeakSet<object>()

/**
 * An error that is answered with less than 500 is no event, but may explain one that follows. Noted
 * once, however many hooks it passes.
 */
export function addHandledBreadcrumb(thrown: unknown, status: number): void {
  if (typeof thrown === 'object' && thrown !== null) {
    if (noted.has(thrown)) return
    noted.add(thrown)
  }
  const message = readProperty(thrown, 'message')
  getClient()?.addBreadcrumb({
    category: 'exception',
    level: 'info',
    ...(typeof message === 'string' ? { message } : {}),
    data: { status_code: status },
  })
}

/** Reads a property of what may be anything, such as Express 4's `app.router`, whose getter throws. */
export function readProperty(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  try {
    return (value as Record<string, unknown>)[key]
  } catch {
    // A getter that throws: there is nothing to be read.
    return undefined
  }
}

/** These describe the body that was meant to be sent, not this one. */
export const HEADERS_OF_OTHER_BODY = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-range',
  'content-disposition',
  'accept-ranges',
  'etag',
  'last-modified',
  'transfer-encoding',
] as const

/** Both must agree, so that a wrong setting in production does not show stacks to the world. */
function isDevelopment(): boolean {
  const environment = getClient()?.options.environment ?? process.env.NODE_ENV
  return environment === 'development' && process.env.NODE_ENV !== 'production'
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { captureThrown, newEventId } from '../capture.ts'
import { type Client, getClient } from '../client.ts'
import { currentContext } from '../current-scope.ts'
import { contextOf } from '../integrations/http.ts'
import { problemDetails, sendProblem } from '../problem-details.ts'
import { captureUndecided } from '../undecided.ts'

/** What Express 4 and 5 give an error handler, as far as it is used; so neither is imported. */
export type ExpressRequest = IncomingMessage & { app?: unknown }
export type ExpressResponse = ServerResponse & { locals?: Record<string, unknown> }
export type ExpressErrorHandler = (
  error: unknown,
  request: ExpressRequest,
  response: ExpressResponse,
  next: (error?: unknown) => void,
) => void

/** Express' application, as far as it is used. */
export type ExpressApp = { use(handler: ExpressErrorHandler): unknown }

const MIN_SERVER_ERROR = 500
const MAX_STATUS = 599

/**
 * Express' error handler, to be added after all routes. An error with a status below 500 (as
 * `http-errors` makes them) is passed on untouched. Any other gets an error id, in the header
 * `X-Error-Id` and in `res.locals.errorId`, and is captured; it becomes an event if the answer ends
 * with a status of 5xx.
 *
 * Where an error without a status meets a response that was given one below 500, Express answers.
 * Where an error handler of the program's own comes after this one, that one answers. Else the
 * answer is problem+json (RFC 9457) with the error id, and without message, stack or path; in the
 * environment `development` these are in it. An answer that has begun is left alone.
 *
 * @example
 * app.get('/orders/:id', showOrder)
 * app.use(Mayday.expressErrorHandler())
 */
export function expressErrorHandler(): ExpressErrorHandler {
  return function maydayErrorHandler(error, request, response, next) {
    const ownStatus = [read(error, 'status'), read(error, 'statusCode')].find(isErrorStatus)
    if (ownStatus !== undefined && ownStatus < MIN_SERVER_ERROR) {
      addHandledBreadcrumb(error, Math.floor(ownStatus))
      next(error)
      return
    }
    const errorId = capture(error, response)
    if (response.locals) response.locals.errorId = errorId
    // Express' own rule: where the error has no status, that of the response counts, else 500.
    const status = Math.floor([ownStatus, response.statusCode].find(isErrorStatus) ?? 500)
    const isAnsweredByOther = hasHandlerAfter(request.app, maydayErrorHandler)
    if (response.headersSent || (status < MIN_SERVER_ERROR && !isAnsweredByOther)) {
      next(error)
      return
    }
    response.setHeader('X-Error-Id', errorId)
    if (isAnsweredByOther) next(error)
    else sendProblem(response, problemDetails(error, status, errorId, isDevelopment(getClient())))
  }
}

/** Adds {@link expressErrorHandler} to the app: to be called after all routes. */
export function setupExpressErrorHandler(app: ExpressApp): void {
  app.use(expressErrorHandler())
}

function capture(error: unknown, response: ServerResponse): string {
  const context = contextOf(response)
  if (context?.exchange) return captureUndecided(error, 'express', context, context.exchange)
  const client = getClient()
  if (client === undefined) return newEventId()
  // The request began before init, so nothing is known of it.
  return captureThrown(error, {
    capture: { type: 'express', handled: false },
    level: 'error',
    context: currentContext(),
  })
}

function isErrorStatus(status: unknown): status is number {
  return typeof status === 'number' && status >= 400 && status <= MAX_STATUS
}

function addHandledBreadcrumb(error: unknown, status: number): void {
  const message = read(error, 'message')
  getClient()?.addBreadcrumb({
    category: 'exception',
    level: 'info',
    ...(typeof message === 'string' ? { message } : {}),
    data: { status_code: status },
  })
}

/** Whether the app's own stack has an error handler, one with four parameters, after ours. */
function hasHandlerAfter(app: unknown, ours: ExpressErrorHandler): boolean {
  // Express 5 has `router`, which Express 4 refuses to be read; there it is `_router`.
  const stack = read(read(app, '_router') ?? read(app, 'router'), 'stack')
  if (!Array.isArray(stack)) return false
  const handlers = stack.map((layer) => read(layer, 'handle'))
  const index = handlers.indexOf(ours)
  return (
    index !== -1 &&
    handlers
      .slice(index + 1)
      .some((handler) => typeof handler === 'function' && handler.length === 4)
  )
}

/** Both must agree, so that a wrong setting in production does not show stacks to the world. */
function isDevelopment(client: Client | undefined): boolean {
  const environment = client?.options.environment ?? process.env.NODE_ENV
  return environment === 'development' && process.env.NODE_ENV !== 'production'
}

function read(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  try {
    return (value as Record<string, unknown>)[key]
  } catch {
    // A getter that throws, such as Express 4's `app.router`.
    return undefined
  }
}

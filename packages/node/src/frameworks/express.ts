import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  addHandledBreadcrumb,
  captureFailedRequest,
  errorStatus,
  isErrorStatus,
  problemFor,
  readProperty,
  sendProblem,
} from '../failed-request.ts'

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

/**
 * Express' error handler, to be added after all routes. An error with a status below 500 (as
 * `http-errors` makes them) is passed on untouched. Any other gets an error id, in the header
 * `X-Error-Id` and in `res.locals.errorId`, and is captured; it becomes an event if the answer ends
 * with a status of 5xx.
 *
 * An error handler of the program's own after this one answers itself. Else the answer is
 * problem+json (RFC 9457) with the error id alone; in the environment `development` with message and
 * stack. An answer that has begun is left alone.
 *
 * @example
 * app.get('/orders/:id', showOrder)
 * app.use(Mayday.expressErrorHandler())
 */
export function expressErrorHandler(): ExpressErrorHandler {
  return function maydayErrorHandler(error, request, response, next) {
    const ownStatus = errorStatus(error)
    if (ownStatus !== undefined && ownStatus < MIN_SERVER_ERROR) {
      addHandledBreadcrumb(error, ownStatus)
      next(error)
      return
    }
    const errorId = captureFailedRequest(error, 'express', response)
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
    else sendProblem(response, problemFor(error, status, errorId, request.headers.accept))
  }
}

/** Adds {@link expressErrorHandler} to the app: to be called after all routes. */
export function setupExpressErrorHandler(app: ExpressApp): void {
  app.use(expressErrorHandler())
}

/** Whether the app's own stack has an error handler, one with four parameters, after ours. */
function hasHandlerAfter(app: unknown, ours: ExpressErrorHandler): boolean {
  // Express 5 has `router`, which Express 4 refuses to be read; there it is `_router`.
  const stack = readProperty(readProperty(app, '_router') ?? readProperty(app, 'router'), 'stack')
  if (!Array.isArray(stack)) return false
  const handlers = stack.map((layer) => readProperty(layer, 'handle'))
  const index = handlers.indexOf(ours)
  return (
    index !== -1 &&
    handlers
      .slice(index + 1)
      .some((handler) => typeof handler === 'function' && handler.length === 4)
  )
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { types } from 'node:util'
import {
  addHandledBreadcrumb,
  captureFailedRequest,
  errorStatus,
  problemFor,
  readProperty,
  sendProblem,
} from '../failed-request.ts'
import { contextOf } from '../integrations/http.ts'

/** Koa's context, of Koa 2 and 3, as far as it is used; so neither is imported. */
export type KoaContext = {
  req: IncomingMessage
  res: ServerResponse
  state: Record<string, unknown>
  status: number
  respond?: boolean
}
type Next = () => Promise<unknown>
type Middleware = (context: KoaContext, next: Next) => Promise<unknown>

/** Koa's application, as far as it is used. */
export type KoaApp = {
  use(middleware: Middleware): unknown
  on(event: 'error', listener: (error: unknown, context?: unknown) => void): unknown
  emit(event: 'error', error: unknown, context: unknown): unknown
  listenerCount(event: 'error'): number
  onerror(error: never): unknown
  middleware: unknown
}

const MIN_SERVER_ERROR = 500

/** Errors that were told by `error` events of our own making. */
const told = new WeakSet<object>()

/**
 * Answers the errors that no other middleware handles, wherever it is called; called before the
 * routes, it also sees those that an error handler of the app's own before it handles. Each error
 * gets an error id, in the header `X-Error-Id` and in `ctx.state.errorId`, and becomes an event if
 * the answer ends with 5xx. So does an error of a stream that is the body.
 *
 * The answer is problem+json (RFC 9457) with the error id, and without message, stack or path; in
 * the environment `development` these are in it. Errors with a status below 500 are left to Koa. The
 * app's event `error` is emitted as before.
 *
 * @example
 * const app = new Koa()
 * Mayday.setupKoaErrorHandler(app)
 * app.use(router.routes())
 */
export function setupKoaErrorHandler(app: KoaApp): void {
  const answering: Middleware = (context, next) => answerErrors(app, context, next)
  const { middleware } = app
  const isFirst = !Array.isArray(middleware) || middleware.length === 0
  // Handlers of the app's own between the two get the error, and those after both do not matter.
  app.use(isFirst ? answering : seeErrors)
  if (!isFirst) middleware.unshift(answering)
  app.on('error', (error, context) => {
    const isKnown = isObject(error) && told.has(error)
    if (!isKnown && isKoaContext(context)) captureKoaError(error, context)
    // Koa's own, which writes to stderr, is only there while nobody else listens.
    if (app.listenerCount('error') === 1) app.onerror(error as never)
    if (isKoaContext(context)) breakOff(context.res)
  })
}

async function seeErrors(context: KoaContext, next: Next): Promise<unknown> {
  try {
    return await next()
  } catch (error) {
    captureKoaError(error, context)
    throw error
  }
}

async function answerErrors(app: KoaApp, context: KoaContext, next: Next): Promise<unknown> {
  try {
    const result = await next()
    tellRoute(context)
    return result
  } catch (error) {
    const errorId = captureKoaError(error, context)
    // Koa 2 answers a file that is missing with 404, Koa 3 does not; whether it does is its to say.
    const isLeftToKoa = errorId === undefined || readProperty(error, 'code') === 'ENOENT'
    const { req, res } = context
    if (isLeftToKoa || res.headersSent || res.destroyed || res.writableEnded) throw error
    const status = errorStatus(error) ?? MIN_SERVER_ERROR
    sendProblem(res, problemFor(error, status, errorId, req.headers.accept))
    context.respond = false
    tellApp(app, error, context)
    return undefined
  }
}

/** An answer that has begun can only be broken off; Koa would leave the client waiting for the rest. */
function breakOff(response: ServerResponse): void {
  if (response.headersSent && !response.writableEnded) response.destroy()
}

/** What Koa does with an error that nobody caught. */
function tellApp(app: KoaApp, thrown: unknown, context: KoaContext): void {
  const error = types.isNativeError(thrown) ? thrown : new Error('non-error thrown')
  told.add(error)
  app.emit('error', error, context)
}

/** @returns the error id; undefined when the error has a status below 500, and is a breadcrumb */
function captureKoaError(error: unknown, context: KoaContext): string | undefined {
  const status = errorStatus(error)
  if (status !== undefined && status < MIN_SERVER_ERROR) {
    addHandledBreadcrumb(error, status)
    return undefined
  }
  tellRoute(context)
  const errorId = captureFailedRequest(error, 'koa', context.res)
  context.state.errorId = errorId
  return errorId
}

/** As `@koa/router` tells it: with the prefix of the router. */
function tellRoute(context: KoaContext): void {
  const exchange = contextOf(context.res)?.exchange
  const pattern = readProperty(context, '_matchedRoute')
  if (exchange && typeof pattern === 'string') exchange.route ??= pattern
}

function isKoaContext(value: unknown): value is KoaContext {
  return isObject(readProperty(value, 'res')) && isObject(readProperty(value, 'state'))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

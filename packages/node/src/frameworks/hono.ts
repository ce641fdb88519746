import { ServerResponse } from 'node:http'
import { currentContext } from '../current-scope.ts'
import type { Exchange } from '../exchange.ts'
import {
  addHandledBreadcrumb,
  captureFailedRequest,
  errorStatus,
  HEADERS_OF_OTHER_BODY,
  problemFor,
  readProperty,
} from '../failed-request.ts'
import { contextOf } from '../integrations/http.ts'

/** Hono's context, as far as it is used; so Hono is not imported. */
export type HonoContext = {
  env: unknown
  req: unknown
  res: Response
  error: Error | undefined
  set(key: never, value: unknown): void
  header(name: never): void
  newResponse(body: string, status: never, headers: Record<string, string>): Response
}
export type HonoErrorHandler = (error: Error, context: HonoContext) => Response | Promise<Response>

/** Hono's app, as far as it is used. */
export type HonoApp = {
  use(middleware: Middleware): unknown
  onError(handler: HonoErrorHandler): unknown
}
type Middleware = (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>

const MIN_SERVER_ERROR = 500

/**
 * Tells Mayday of the errors of all routes and middleware that are added after it, also of those that
 * an error handler of the app's own answers. Each error gets an error id, in the header `X-Error-Id`
 * and in `c.get('errorId')`; it becomes an event if the answer ends with 5xx.
 *
 * A handler that the app gives to `onError`, before or after, answers. Else the answer is
 * problem+json (RFC 9457) with the error id, and without message, stack or path; in the environment
 * `development` these are in it. An `HTTPException` with a status below 500, or with a response of its
 * own, is answered by Hono.
 *
 * On `@hono/node-server` the event has the request; elsewhere only the error.
 *
 * @example
 * const app = new Hono()
 * Mayday.setupHonoErrorHandler(app)
 * app.get('/orders/:id', showOrder)
 */
export function setupHonoErrorHandler(app: HonoApp): void {
  const current = readProperty(app, 'errorHandler') as HonoErrorHandler | undefined
  const isDefault = current === undefined || current === defaultHandlerOf(app)
  const setHandler = app.onError.bind(app)
  app.onError = (handler) =>
    setHandler((error, context) => {
      captureHonoError(error, context)
      return handler(error, context)
    })
  app.onError(isDefault ? (error, context) => answerError(error, context, current) : current)
  app.use(watchRequest)
}

async function watchRequest(
  context: HonoContext,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  try {
    await next()
  } catch (thrown) {
    // Only what is no Error comes here: Hono gives that to no error handler.
    const errorId = captureHonoError(thrown, context)
    if (errorId === undefined) throw thrown
    return problemResponse(thrown, MIN_SERVER_ERROR, errorId, context)
  }
  // Answered by an error handler that does not know of us, that of a mounted app.
  if (context.error) captureHonoError(context.error, context)
  tellRoute(context)
  return undefined
}

async function answerError(
  error: Error,
  context: HonoContext,
  byHono: HonoErrorHandler | undefined,
): Promise<Response> {
  const errorId = captureHonoError(error, context)
  // Hono's own handler also writes the error to the console.
  const answer = await byHono?.(error, context)
  if (errorId === undefined || readProperty(error, 'res') !== undefined) {
    if (answer) return answer
    throw error
  }
  return problemResponse(error, statusForHono(error), errorId, context)
}

function problemResponse(
  thrown: unknown,
  status: number,
  errorId: string,
  context: HonoContext,
): Response {
  const { request } = exchangeOf(context) ?? {}
  const { headers, body } = problemFor(thrown, status, errorId, request?.headers.accept)
  for (const name of HEADERS_OF_OTHER_BODY) context.header(name as never)
  if (context.res.headers.has('retry-after')) delete headers['retry-after']
  return context.newResponse(body, status as never, headers)
}

/** @returns the error id; undefined for an HTTPException below 500, which is a breadcrumb */
function captureHonoError(thrown: unknown, context: HonoContext): string | undefined {
  const status = statusForHono(thrown)
  if (status < MIN_SERVER_ERROR) {
    addHandledBreadcrumb(thrown, status)
    return undefined
  }
  tellRoute(context)
  const errorId = captureFailedRequest(thrown, 'hono', outgoingOf(context))
  context.set('errorId' as never, errorId)
  return errorId
}

/** Hono asks for no status but that of an error that makes its own response. */
function statusForHono(thrown: unknown): number {
  const isHttpException = typeof readProperty(thrown, 'getResponse') === 'function'
  return (isHttpException ? errorStatus(thrown) : undefined) ?? MIN_SERVER_ERROR
}

/** The pattern, with the prefix of the mounted app, of the handler that was called last. */
function tellRoute(context: HonoContext): void {
  const pattern = readProperty(context.req, 'routePath')
  const exchange = exchangeOf(context)
  // Of middleware for everything, it would say nothing.
  if (exchange && typeof pattern === 'string' && !/^\/?\*$/.test(pattern))
    exchange.route ??= pattern
}

function exchangeOf(context: HonoContext): Exchange | undefined {
  const outgoing = outgoingOf(context)
  return ((outgoing && contextOf(outgoing)) ?? currentContext()).exchange
}

/** Given by `@hono/node-server`. */
function outgoingOf(context: HonoContext): ServerResponse | undefined {
  const outgoing = readProperty(context.env, 'outgoing')
  return outgoing instanceof ServerResponse ? outgoing : undefined
}

/** Known by no name, since an app may call its own the same. */
function defaultHandlerOf(app: HonoApp): unknown {
  try {
    return readProperty(Reflect.construct(app.constructor, []), 'errorHandler')
  } catch {
    // An app of a class of its own: what it has is then taken to be its own.
    return undefined
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  addHandledBreadcrumb,
  captureFailedRequest,
  errorStatus,
  problemFor,
  readProperty,
} from '../failed-request.ts'
import { contextOf } from '../integrations/http.ts'

/** What Fastify 4 and 5 give their hooks, as far as it is used; so neither is imported. */
export type FastifyRequest = { raw: IncomingMessage }
export type FastifyReply = {
  raw: ServerResponse
  readonly statusCode: number
  hijack(): unknown
  getHeader(name: string): unknown
  removeHeader(name: string): unknown
  header(name: string, value: string): unknown
}

/** Fastify's instance, as far as it is used. */
export type FastifyApp = {
  addHook(name: 'onError', hook: OnError): unknown
  addHook(name: 'onSend', hook: OnSend): unknown
  decorateReply(name: string, value: null): unknown
  hasReplyDecorator(name: string): boolean
}
type OnError = (
  request: FastifyRequest,
  reply: FastifyReply,
  error: Error,
  done: () => void,
) => void
type OnSend = (
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
) => void

const MIN_SERVER_ERROR = 500
const FIELDS_OF_FASTIFY = new Set(['statusCode', 'code', 'error', 'message'])

type Failure = { thrown: unknown; errorId: string }
const failures = new WeakMap<FastifyReply, Failure>()

/**
 * Tells Mayday of the errors of all routes, also in plugins registered later: call it before or after
 * the routes, but before a plugin that is awaited. Each error gets an error id, in the header
 * `X-Error-Id` and in `reply.errorId`; it becomes an event if the answer ends with 5xx.
 *
 * What the app's own error handler sends is left alone. In place of Fastify's own answer of 5xx,
 * which tells the message, comes problem+json (RFC 9457) with the error id, and without message,
 * stack or path; in the environment `development` these are in it. Errors with a status below 500
 * are left to Fastify.
 *
 * @example
 * const app = fastify()
 * Mayday.setupFastifyErrorHandler(app)
 * app.get('/orders/:id', showOrder)
 */
export function setupFastifyErrorHandler(app: FastifyApp): void {
  whenSetUp?.()
  if (!app.hasReplyDecorator('errorId')) app.decorateReply('errorId', null)
  app.addHook('onError', (request, reply, error, done) => {
    captureFastifyError(error, request, reply)
    breakOff(reply)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    let sent = payload
    if (reply.statusCode >= MIN_SERVER_ERROR) {
      tellRoute(request, reply)
      sent = safePayload(payload, request, reply)
    }
    if (isStream(payload)) {
      payload.on('error', (error) => captureFastifyError(error, request, reply))
    }
    done(null, sent)
  })
}

let whenSetUp: (() => void) | undefined

/** Told when an app reports its errors by itself, so that nobody need listen for them any more. */
export function onFastifySetUp(listener: (() => void) | undefined): void {
  whenSetUp = listener
}

/** Captures an error of a route, unless it has a status below 500 of its own: that is a breadcrumb. */
export function captureFastifyError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  // Seen already: by the diagnostics channel, then by the hook.
  if (failures.has(reply) && failures.get(reply)?.thrown === thrown) return
  const status = errorStatus(thrown)
  if (status !== undefined && status < MIN_SERVER_ERROR) {
    addHandledBreadcrumb(thrown, status)
    return
  }
  tellRoute(request, reply)
  const errorId = captureFailedRequest(thrown, 'fastify', reply.raw)
  failures.set(reply, { thrown, errorId })
  if ('errorId' in reply) reply.errorId = errorId
}

/**
 * An answer that has begun cannot be followed by another. Fastify 5 breaks it off, Fastify 4 tries all
 * the same, which ends the process.
 */
function breakOff(reply: FastifyReply): void {
  const { raw } = reply
  if (!raw.headersSent || raw.writableEnded) return
  reply.hijack()
  raw.destroy()
}

function tellRoute(request: FastifyRequest, reply: FastifyReply): void {
  const exchange = contextOf(reply.raw)?.exchange
  if (exchange === undefined || exchange.route !== undefined) return
  const options = readProperty(request, 'routeOptions')
  // Before 4.10 there was only the second; since then Fastify warns of its use.
  const url = options ? readProperty(options, 'url') : readProperty(request, 'routerPath')
  if (typeof url === 'string') exchange.route = url
}

/** The safe answer in place of Fastify's own to an error; any other is the app's and stays. */
function safePayload(payload: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
  const failure = failures.get(reply)
  if (failure === undefined || !isFastifysAnswer(payload, reply)) return payload
  const { thrown, errorId } = failure
  // Fastify sends these as well; an error of a client of HTTP brings those of somebody else's answer.
  for (const name of Object.keys(Object(readProperty(thrown, 'headers')))) reply.removeHeader(name)
  const { accept } = request.raw.headers
  const { headers, body } = problemFor(thrown, reply.statusCode, errorId, accept)
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'retry-after' && reply.getHeader(name) !== undefined) continue
    reply.header(name, value)
  }
  return body
}

/**
 * Only for its own answer has Fastify set the length before the hooks are asked. Replacing its error
 * handler instead would take the app's right to set one, and Fastify's log line of the error.
 */
function isFastifysAnswer(payload: unknown, reply: FastifyReply): boolean {
  if (typeof payload !== 'string' || reply.getHeader('content-length') === undefined) return false
  try {
    const fields: unknown = JSON.parse(payload)
    return (
      readProperty(fields, 'statusCode') === reply.statusCode &&
      Object.keys(fields as object).every((name) => FIELDS_OF_FASTIFY.has(name))
    )
  } catch {
    // No JSON, so not Fastify's.
    return false
  }
}

type Stream = { on(event: 'error', listener: (error: unknown) => void): unknown }

function isStream(payload: unknown): payload is Stream {
  return (
    typeof readProperty(payload, 'pipe') === 'function' &&
    typeof readProperty(payload, 'on') === 'function'
  )
}

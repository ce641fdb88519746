import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { newEventId } from '../capture.ts'
import type { Client, Integration } from '../client.ts'
import type { Exchange } from '../exchange.ts'
import { captureUndecided } from '../undecided.ts'
import { contextOf } from './http.ts'

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[]
type WriteHead = (
  this: ServerResponse,
  statusCode: number,
  reason?: string | Headers,
  headers?: Headers,
) => ServerResponse

const ERROR_ID = 'X-Error-Id'

/**
 * Puts the error id into every answer of 5xx, whichever framework sends it, notes from where it is
 * sent, and captures errors that break off an answer that has begun.
 *
 * No diagnostics channel tells of either in time, so two methods of Node's response are wrapped. Both
 * pass everything on as it was given; an answer below 500 costs a comparison.
 */
export const failedAnswerIntegration: Integration = {
  name: 'failed-answer',
  install(client) {
    let undo: (() => void) | undefined
    // Not at once: `node:http` is two megabytes that a program without a server never loads.
    const stop = () => unsubscribe('http.server.request.start', onFirstRequest)
    const onFirstRequest = () => {
      undo ??= wrapAnswers(client)
      // Later: Node 18 loses the next listener of those that it is just calling.
      setImmediate(stop)
    }
    subscribe('http.server.request.start', onFirstRequest)
    return () => {
      stop()
      undo?.()
    }
  },
}

function wrapAnswers(client: Client): () => void {
  const originalWriteHead = ServerResponse.prototype.writeHead as WriteHead
  const originalDestroy = ServerResponse.prototype.destroy

  const writeHead: WriteHead = function writeHead(this: ServerResponse, code, reason, headers) {
    if (!(code >= 500)) return originalWriteHead.call(this, code, reason, headers)
    let told: { reason: typeof reason; headers: typeof headers } = { reason, headers }
    try {
      const exchange = contextOf(this)?.exchange
      if (exchange && !this.headersSent) {
        exchange.answeredAt ??= placeOutside(writeHead)
        told = withErrorId(this, exchange, reason, headers)
      }
    } catch (error) {
      client.log(`could not tell the error id: ${String(error)}`)
    }
    return originalWriteHead.call(this, code, told.reason, told.headers)
  }

  const destroy: ServerResponse['destroy'] = function destroy(this: ServerResponse, error) {
    // Before an answer has begun, whoever destroys it knows of the error themselves.
    if (error && this.headersSent && !this.writableFinished && !this.destroyed) {
      const context = contextOf(this)
      if (context?.exchange) captureUndecided(error, 'response', context, context.exchange)
    }
    return originalDestroy.call(this, error)
  }

  const restoreWriteHead = replaceMethod('writeHead', writeHead)
  const restoreDestroy = replaceMethod('destroy', destroy)
  return () => {
    restoreWriteHead()
    restoreDestroy()
  }
}

/** Gives back how to undo it, which leaves alone what others have put over it since. */
function replaceMethod(name: 'writeHead' | 'destroy', method: object): () => void {
  // The build shortens names; who looks at the method should not see that.
  Object.defineProperty(method, 'name', { value: name, configurable: true })
  const prototype = ServerResponse.prototype
  const before = Object.getOwnPropertyDescriptor(prototype, name)
  const property = { writable: true, enumerable: true, configurable: true, ...before }
  Object.defineProperty(prototype, name, { ...property, value: method })
  return () => {
    if (prototype[name] !== method) return
    if (before) Object.defineProperty(prototype, name, before)
    else Reflect.deleteProperty(prototype, name)
  }
}

function placeOutside(wrapper: (...args: never[]) => unknown): { stack?: string } {
  const place: { stack?: string } = {}
  Error.captureStackTrace(place, wrapper)
  return place
}

/**
 * Into the headers of this call where it has some, since `setHeader` beside them would send Node down
 * another path, in which raw headers that repeat a name lose all but one.
 */
function withErrorId(
  response: ServerResponse,
  exchange: Exchange,
  reason: string | Headers | undefined,
  headers: Headers | undefined,
): { reason: string | Headers | undefined; headers: Headers | undefined } {
  // An id that is there is that of a framework's hook, or of the server whose answer is passed on.
  if (response.hasHeader(ERROR_ID)) return { reason, headers }
  exchange.errorId ??= newEventId()
  const given = typeof reason === 'string' ? headers : (headers ?? reason)
  if (typeof given !== 'object' || given === null) {
    response.setHeader(ERROR_ID, exchange.errorId)
    return { reason, headers }
  }
  const text = typeof reason === 'string' ? reason : undefined
  const more = plus(given, exchange.errorId)
  return text === undefined ? { reason: more, headers: undefined } : { reason: text, headers: more }
}

function plus(headers: Headers, errorId: string): Headers {
  if (!Array.isArray(headers)) {
    const isThere = Object.keys(headers).some((name) => name.toLowerCase() === 'x-error-id')
    return isThere ? headers : { ...headers, [ERROR_ID]: errorId }
  }
  // Node takes a flat list as well as a list of pairs.
  const isPairs = Array.isArray(headers[0])
  const names = isPairs
    ? headers.map((entry) => (Array.isArray(entry) ? entry[0] : undefined))
    : headers.filter((_, index) => index % 2 === 0)
  if (names.some((name) => String(name).toLowerCase() === 'x-error-id')) return headers
  // A name without its value is the app's mistake, which Node tells with the list as it was given.
  if (!isPairs && headers.length % 2 !== 0) return headers
  const pair = isPairs ? [[ERROR_ID, errorId] as unknown as string] : [ERROR_ID, errorId]
  return [...headers, ...pair]
}

import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import {
  addHandledBreadcrumb,
  captureFailedRequest,
  errorStatus,
  HEADERS_OF_OTHER_BODY,
  problemFor,
  readProperty,
  sendProblem,
} from '../failed-request.ts'

const MIN_SERVER_ERROR = 500

/** A listener of `node:http`, which may be asynchronous. */
export type NodeRequestListener<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> = (request: Request, response: Response) => unknown

/**
 * Wraps a request listener: what it throws, and what its promise is rejected with, fails this request
 * instead of the process. The client gets a safe answer with the error id (problem+json, RFC 9457;
 * without message, stack or path unless the environment is `development`), and the error becomes an
 * event. An error with a `status` from 400 to 499 is answered with it, and is none. An answer that
 * has begun is broken off.
 *
 * Errors in timers and in listeners of events remain uncaught exceptions, as Node has it.
 *
 * @example
 * const server = createServer(Mayday.wrapRequestListener(async (request, response) => {
 *   response.end(await page(request))
 * }))
 */
export function wrapRequestListener<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
>(
  listener: NodeRequestListener<Request, Response>,
): (request: Request, response: Response) => void {
  return function maydayRequestListener(this: unknown, request, response) {
    try {
      const result = listener.call(this, request, response)
      if (isThenable(result)) result.then(undefined, (error) => fail(error, request, response))
    } catch (error) {
      fail(error, request, response)
    }
  }
}

function fail(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  const ownStatus = errorStatus(error)
  if (ownStatus !== undefined && ownStatus < MIN_SERVER_ERROR && !response.headersSent) {
    addHandledBreadcrumb(error, ownStatus)
    sendStatus(response, ownStatus)
    return
  }
  const errorId = captureFailedRequest(error, 'http', response)
  if (response.writableEnded) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const status = ownStatus ?? Math.max(response.statusCode, MIN_SERVER_ERROR)
  sendProblem(response, problemFor(error, status, errorId, request.headers.accept))
}

/** The client's own mistake: there is no id to quote. */
function sendStatus(response: ServerResponse, status: number): void {
  for (const name of HEADERS_OF_OTHER_BODY) response.removeHeader(name)
  response.statusCode = status
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(`${status} ${STATUS_CODES[status] ?? 'Error'}\n`)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof readProperty(value, 'then') === 'function'
}

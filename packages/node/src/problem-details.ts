import { type ServerResponse, STATUS_CODES } from 'node:http'
import { inspect, types } from 'node:util'
import { cut } from './bounded.ts'

/** Body of a failed answer, after RFC 9457, with the error id to quote. */
export type ProblemDetails = {
  type: string
  title: string
  status: number
  /** A URN that ends in the error id. */
  instance: string
  /** 32 hex digits; the id of the event. */
  errorId: string
  /** In development only. */
  detail?: string
  /** In development only. */
  stack?: string[]
}

const MAX_DETAIL_CHARS = 20_000

/** These describe the body that was meant to be sent, not this one. */
const HEADERS_OF_OTHER_BODY = [
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

/** Without message, stack and path unless `isDevelopment`: those are the program's own business. */
export function problemDetails(
  thrown: unknown,
  status: number,
  errorId: string,
  isDevelopment: boolean,
): ProblemDetails {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Server Error',
    status,
    instance: `urn:mayday:error:${errorId}`,
    errorId,
    ...(isDevelopment ? developmentDetails(thrown) : {}),
  }
}

/** Sends it as the whole answer. Headers must not have been sent. */
export function sendProblem(response: ServerResponse, problem: ProblemDetails): void {
  const body = JSON.stringify(problem)
  for (const name of HEADERS_OF_OTHER_BODY) response.removeHeader(name)
  response.statusCode = problem.status
  response.setHeader('content-type', 'application/problem+json; charset=utf-8')
  response.setHeader('content-length', Buffer.byteLength(body))
  response.setHeader('cache-control', 'no-store')
  response.setHeader('x-content-type-options', 'nosniff')
  response.end(body)
}

function developmentDetails(thrown: unknown): Pick<ProblemDetails, 'detail' | 'stack'> {
  try {
    if (!types.isNativeError(thrown))
      return { detail: cut(inspect(thrown, { depth: 2 }), MAX_DETAIL_CHARS) }
    const stack =
      typeof thrown.stack === 'string' ? cut(thrown.stack, MAX_DETAIL_CHARS).split('\n') : []
    return { detail: cut(`${thrown.name}: ${thrown.message}`, MAX_DETAIL_CHARS), stack }
  } catch {
    // An object that throws when it is looked at; the answer must be sent all the same.
    return {}
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EventPayload, RequestInfo } from '@mayday/protocol/event'
import { cut } from './bounded.ts'
import type { Exchange } from './exchange.ts'
import { requestBody } from './request-body.ts'
import { FILTERED, isSensitiveHeader, scrubText, scrubUrl } from './scrub.ts'

const MAX_HEADERS = 100
const MAX_HEADER_CHARS = 1024
const MAX_URL_CHARS = 2048
const MAX_TRANSACTION_CHARS = 200

/** What Express adds to Node's request. */
type RoutedRequest = IncomingMessage & {
  originalUrl?: unknown
  baseUrl?: unknown
  route?: { path?: unknown }
}

/** Tells in the event which request was served, under which route, and how it ended. */
export function describeExchange(event: EventPayload, exchange: Exchange): void {
  event.request = requestInfo(exchange.request)
  const body = requestBody(exchange)
  if (body !== undefined) event.request.data = body
  event.transaction ??= transactionOf(exchange)
  const trace = traceContext(exchange.request)
  event.contexts = { ...event.contexts, ...(trace ? { trace } : {}) }
  describeResponse(event, exchange)
}

/** Told again when a response that was undecided has ended. */
export function describeResponse(event: EventPayload, exchange: Exchange): void {
  const { response, startedAtMs } = exchange
  const bodySize = bodySizeOf(response)
  event.contexts = {
    ...event.contexts,
    response: {
      status_code: response.headersSent ? response.statusCode : null,
      duration_ms: Math.round((performance.now() - startedAtMs) * 10) / 10,
      headers_sent: response.headersSent,
      finished: response.writableFinished,
      ...(bodySize === undefined ? {} : { body_size: bodySize }),
    },
  }
}

/** In bytes, as the answer itself says; one that is sent in chunks does not. */
function bodySizeOf(response: ServerResponse): number | undefined {
  // Node's own text of the head, since headers given to `writeHead` are kept nowhere else.
  const head = (response as ServerResponse & { _header?: unknown })._header
  const match = typeof head === 'string' ? /\r\ncontent-length: (\d{1,15})\r\n/i.exec(head) : null
  return match ? Number(match[1]) : undefined
}

/** Without body, cookies and addresses; sensitive headers and parameters are filtered. */
export function requestInfo(request: IncomingMessage): RequestInfo {
  const { url, query } = scrubUrl(pathAndQuery(request))
  return {
    method: request.method ?? 'GET',
    url: cut(`${origin(request)}${url}`, MAX_URL_CHARS),
    ...(query.length > 0 ? { query_string: query } : {}),
    headers: headers(request),
  }
}

/**
 * `METHOD route pattern`, such as `GET /orders/:id`. Where no route is known, the path with its
 * ids replaced, so that each customer's order does not become a transaction of its own.
 */
export function transactionOf(exchange: Exchange): string {
  const request: RoutedRequest = exchange.request
  const path = pathAndQuery(request).split(/[?#]/, 1)[0] ?? '/'
  const pattern = request.route?.path
  const route =
    exchange.route ??
    (typeof pattern === 'string'
      ? `${mountPoint(request, path, pattern)}${pattern}`
      : withoutIds(scrubText(path.slice(0, MAX_URL_CHARS))))
  return cut(`${request.method} ${route.replace(/(.)\/$/, '$1')}`, MAX_TRANSACTION_CHARS)
}

/**
 * Where the router of the route is mounted. Express takes `baseUrl` back when an error leaves the
 * router; then it is what stands before as many segments as the pattern has.
 */
function mountPoint(request: RoutedRequest, path: string, pattern: string): string {
  if (typeof request.baseUrl === 'string' && request.baseUrl !== '')
    return withoutIds(request.baseUrl)
  if (/[*{?(]/.test(pattern)) return ''
  const segments = path.split('/').filter((segment) => segment !== '')
  const inPattern = pattern.split('/').filter((segment) => segment !== '').length
  const before = segments.slice(0, Math.max(0, segments.length - inPattern))
  return withoutIds(before.map((segment) => `/${segment}`).join(''))
}

const ID_SEGMENT = /^(?:\d+|[0-9a-f]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** A path in which `:id` stands for each segment that is one. */
export function withoutIds(path: string): string {
  return path
    .slice(0, MAX_URL_CHARS)
    .split('/')
    .map((segment) => (ID_SEGMENT.test(segment) && /\d/.test(segment) ? ':id' : segment))
    .join('/')
}

function pathAndQuery(request: RoutedRequest): string {
  const { originalUrl, url } = request
  return typeof originalUrl === 'string' ? originalUrl : (url ?? '/')
}

function origin(request: IncomingMessage): string {
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true
  return `${isEncrypted ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`
}

function headers(request: IncomingMessage): [string, string][] {
  const raw = request.rawHeaders
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < raw.length && pairs.length < MAX_HEADERS; index += 2) {
    const name = raw[index] ?? ''
    pairs.push([name, headerValue(name, raw[index + 1] ?? '')])
  }
  return pairs
}

/** What of a header's value may leave the process. */
export function headerValue(name: string, value: string): string {
  if (isSensitiveHeader(name)) return FILTERED
  if (name.toLowerCase() === 'referer') return scrubUrl(value).url.slice(0, MAX_HEADER_CHARS)
  return scrubText(cut(value, MAX_HEADER_CHARS))
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/

/** From the header `traceparent` of W3C Trace Context. */
function traceContext(request: IncomingMessage): Record<string, unknown> | undefined {
  const header = request.headers.traceparent
  const match = typeof header === 'string' ? TRACEPARENT.exec(header) : null
  return match ? { trace_id: match[1], parent_span_id: match[2] } : undefined
}

import type { RequestInfo } from '@mayday/protocol/event'
import { cut } from './bounded.ts'
import { headerValue } from './request-data.ts'
import { scrubUrl } from './scrub.ts'

/** A request as a platform tells of it, that was not served by this process' own `node:http`. */
export type ForeignRequest = {
  method: unknown
  /** With query, if there is one. */
  path: unknown
  /** By name; a value may be a list. */
  headers: unknown
}

const MAX_HEADERS = 100
const MAX_URL_CHARS = 2048
const MAX_METHOD_CHARS = 20

/** As for a request of `node:http`: without body, cookies and addresses. */
export function foreignRequestInfo(request: ForeignRequest): RequestInfo {
  const headers = headerPairs(request.headers)
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? 'localhost'
  const protocol = headers.find(([name]) => name.toLowerCase() === 'x-forwarded-proto')?.[1]
  const path = typeof request.path === 'string' ? request.path : '/'
  const { url, query } = scrubUrl(path.startsWith('/') ? path : `/${path}`)
  const method = typeof request.method === 'string' ? request.method : 'GET'
  return {
    method: cut(method, MAX_METHOD_CHARS),
    url: cut(`${protocol === 'http' ? 'http' : 'https'}://${host}${url}`, MAX_URL_CHARS),
    ...(query.length > 0 ? { query_string: query } : {}),
    headers: headers.map(([name, value]) => [name, headerValue(name, value)]),
  }
}

function headerPairs(headers: unknown): [string, string][] {
  if (typeof headers !== 'object' || headers === null) return []
  return Object.entries(headers)
    .slice(0, MAX_HEADERS)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)])
}

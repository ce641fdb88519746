import type { RequestInfo } from '@mayday/protocol/event'
import {
  MAX_COOKIES_BYTES,
  MAX_QUERY_BYTES,
  MAX_REQUEST_PART_BYTES,
  MAX_URL_CHARS,
} from '@mayday/protocol/limits'
import { bag, trimmed } from './bag.ts'
import { isRaw, type Raw, text } from './fields.ts'
import type { Notes } from './notes.ts'
import { limited, type Pair, pairs } from './pairs.ts'

const MAX_METHOD_CHARS = 32
const MAX_FRAGMENT_CHARS = 1024
/** Longer than what is kept, since the query is cut off first. */
const MAX_SPLIT_CHARS = 64 * 1024

export function request(value: unknown, notes: Notes): RequestInfo | undefined {
  if (value === undefined || value === null) return undefined
  if (!isRaw(value)) {
    notes.add('invalid_data', 'request', value)
    return undefined
  }
  notes.enter('request')
  const request: RequestInfo = {}
  const method = text(value, 'method', MAX_METHOD_CHARS, notes)?.trim().toUpperCase()
  if (method) request.method = method
  addUrl(request, value, notes)
  addHeadersAndCookies(request, value, notes)
  addData(request, value, notes)
  const env = bag(value, 'env', MAX_REQUEST_PART_BYTES, notes)
  if (env) request.env = env
  notes.leave()
  return Object.keys(request).length > 0 ? request : undefined
}

/** Query and fragment leave the URL for their own fields, unless those are given as well. */
function addUrl(request: RequestInfo, raw: Raw, notes: Notes): void {
  const full = text(raw, 'url', MAX_SPLIT_CHARS, notes)
  const hashAt = full?.indexOf('#') ?? -1
  const withQuery = hashAt < 0 ? full : full?.slice(0, hashAt)
  const queryAt = withQuery?.indexOf('?') ?? -1
  const url = queryAt < 0 ? withQuery : withQuery?.slice(0, queryAt)
  if (url) request.url = text({ url }, 'url', MAX_URL_CHARS, notes)!
  const query = raw.query_string ?? (queryAt < 0 ? undefined : withQuery?.slice(queryAt + 1))
  const parsed =
    typeof query === 'string'
      ? limited(queryPairs(query), 'query_string', MAX_QUERY_BYTES, notes)
      : pairs(query, 'query_string', MAX_QUERY_BYTES, notes)
  if (parsed.length > 0) request.query_string = parsed
  const fragment =
    text(raw, 'fragment', MAX_FRAGMENT_CHARS, notes) ||
    (hashAt < 0
      ? undefined
      : text({ fragment: full?.slice(hashAt + 1) }, 'fragment', MAX_FRAGMENT_CHARS, notes))
  if (fragment) request.fragment = fragment
}

/** Never throws, unlike decodeURIComponent: what is no valid escape stays as it is. */
function queryPairs(query: string): Pair[] {
  return [...new URLSearchParams(query.slice(0, MAX_SPLIT_CHARS))]
}

function addHeadersAndCookies(request: RequestInfo, raw: Raw, notes: Notes): void {
  const all = pairs(raw.headers, 'headers', MAX_REQUEST_PART_BYTES, notes)
  const headers: Pair[] = []
  let cookieHeader: string | undefined
  for (const [name, value] of all) {
    const canonical = canonicalHeader(name)
    if (canonical === 'Cookie') cookieHeader = value
    else if (canonical) headers.push([canonical, value])
  }
  if (headers.length > 0) request.headers = headers
  const cookies = raw.cookies ?? cookieHeader
  const parsed =
    typeof cookies === 'string'
      ? limited(cookiePairs(cookies), 'cookies', MAX_COOKIES_BYTES, notes)
      : pairs(cookies, 'cookies', MAX_COOKIES_BYTES, notes)
  if (parsed.length > 0) request.cookies = parsed
}

/** Spellings seen before: the same few dozen come with every event. */
const canonicalNames = new Map<string, string>()
const MAX_CANONICAL_NAMES = 1_000

/** `content-type`, `CONTENT_TYPE` and `Content-Type` are one header. */
function canonicalHeader(name: string): string {
  const known = canonicalNames.get(name)
  if (known !== undefined) return known
  const canonical = canonicalSpelling(name)
  if (canonicalNames.size < MAX_CANONICAL_NAMES) canonicalNames.set(name, canonical)
  return canonical
}

function canonicalSpelling(name: string): string {
  const words = name.trim().toLowerCase().split(/[-_]/)
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('-')
}

function cookiePairs(cookies: string): Pair[] {
  return cookies
    .slice(0, MAX_SPLIT_CHARS)
    .split(';')
    .flatMap((part): Pair[] => {
      const at = part.indexOf('=')
      const name = (at < 0 ? part : part.slice(0, at)).trim()
      return name === '' ? [] : [[name, at < 0 ? '' : part.slice(at + 1).trim()]]
    })
}

function addData(request: RequestInfo, raw: Raw, notes: Notes): void {
  const { data } = raw
  if (data === undefined || data === null || data === '') return
  request.data = trimmed(data, 'data', MAX_REQUEST_PART_BYTES, notes)
}

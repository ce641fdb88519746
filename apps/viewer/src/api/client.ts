const BASE = '/api/0'

/** What the server, or the way to it, answered instead of what was asked for. */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

export type Page<T> = {
  items: T[]
  /** Cursor of the page before and after, null where there is none. */
  previous: string | null
  next: string | null
}

/** Builds a path from parts that may hold anything: each one is encoded. */
export function path(strings: TemplateStringsArray, ...parts: string[]): string {
  return strings.reduce((made, text, index) => {
    const part = parts[index]
    return made + text + (part === undefined ? '' : encodeURIComponent(part))
  }, '')
}

/** A query string with the empty and absent parameters left out: `?a=1&b=2`, or ``. */
export function queryString(parameters: Record<string, string | undefined>): string {
  const kept = Object.entries(parameters).filter(([, value]) => value !== undefined)
  if (kept.length === 0) return ''
  return `?${new URLSearchParams(kept as [string, string][])}`
}

export async function get<T>(target: string, signal?: AbortSignal): Promise<T> {
  const response = await request('GET', target, undefined, signal)
  return (await response.json()) as T
}

export async function getPage<T>(target: string, signal?: AbortSignal): Promise<Page<T>> {
  const response = await request('GET', target, undefined, signal)
  const items = (await response.json()) as T[]
  return { items, ...parseLink(response.headers.get('link') ?? '') }
}

export async function send<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  target: string,
  body?: unknown,
): Promise<T | undefined> {
  const response = await request(method, target, body)
  const text = await response.text()
  return text === '' ? undefined : (JSON.parse(text) as T)
}

/** Reads a `Link` header such as `<…>; rel="next"; results="true"; cursor="0:25:0"`. */
export function parseLink(header: string): { previous: string | null; next: string | null } {
  const found: { previous: string | null; next: string | null } = { previous: null, next: null }
  for (const part of header.split(/,\s*(?=<)/)) {
    const rel = /;\s*rel="(previous|next)"/.exec(part)?.[1]
    const cursor = /;\s*cursor="([^"]*)"/.exec(part)?.[1]
    if (rel === undefined || cursor === undefined || !/results="true"/.test(part)) continue
    found[rel as 'previous' | 'next'] = cursor
  }
  return found
}

async function request(
  method: string,
  target: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const response = await fetch(BASE + target, {
    method,
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'Mayday does not answer. Is the server running, and the network there?')
  })
  if (response.ok) return response
  throw new ApiError(response.status, await sentenceOf(response))
}

async function sentenceOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined)
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : null
  if (typeof detail === 'string' && detail !== '') return detail
  if (response.status === 404) return 'It is not there, or not yours to see.'
  return `The server answered ${response.status}. Its log tells more.`
}

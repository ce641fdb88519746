import type { ApiRequest } from '@mayday/protocol/api/events'

/** Put by the SDK or the server where a secret stood; sending it would only mislead. */
const FILTERED = /^\[(?:filtered|redacted|hidden)[^\]]*\]$/i
/** curl sets these itself, and rightly. */
const OWN_HEADERS = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'expect'])

/** The request as a command that repeats it. Undefined when the event does not know the URL. */
export function toCurl(request: ApiRequest): string | undefined {
  const url = requestUrl(request)
  if (url === undefined) return undefined
  const method = (request.method ?? 'GET').toUpperCase()
  const body = bodyText(request)
  const parts = ['curl']
  if (method === 'HEAD') parts.push('--head')
  else if (method !== (body === undefined ? 'GET' : 'POST')) parts.push(`-X ${quote(method)}`)
  // Without --globoff curl reads [] and {} in the address as patterns.
  if (/[[\]{}]/.test(url)) parts.push('--globoff')
  parts.push(quote(url), ...headerParts(request))
  if (body !== undefined) parts.push(`--data-raw ${quote(body)}`)
  return parts.join(' \\\n  ').replace(/^curl \\\n {2}/, 'curl ')
}

/** The URL with the query it came with. */
export function requestUrl(request: ApiRequest): string | undefined {
  if (request.url === null || request.url === '') return undefined
  if (request.query.length === 0 || request.url.includes('?')) return request.url
  return `${request.url}?${new URLSearchParams(request.query)}`
}

/**
 * One word for sh, bash and zsh. Text with control characters takes the `$'…'` form: pasted raw,
 * an escape sequence could act on the terminal before Enter is pressed.
 */
export function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (!/[\u0000-\u001f\u007f-\u009f]/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    // A NUL ends a word in every shell, so it cannot be carried over.
    .replaceAll('\0', '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    .replace(/[\u0001-\u001f\u007f-\u009f]/g, escapeControl)
  return `$'${escaped}'`
}

function escapeControl(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
    .join('')
}

function headerParts(request: ApiRequest): string[] {
  const parts: string[] = []
  let hasCookie = false
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase()
    // A name that starts with a colon is a pseudo header of HTTP/2.
    if (OWN_HEADERS.has(lower) || lower.startsWith(':') || FILTERED.test(value.trim())) continue
    if (lower === 'accept-encoding') {
      parts.push('--compressed')
      continue
    }
    if (lower === 'cookie') hasCookie = true
    // `-H 'Name;'` is curl's way to send a header without a value.
    parts.push(
      `-H ${quote(value === '' ? `${oneLine(name)};` : `${oneLine(name)}: ${oneLine(value)}`)}`,
    )
  }
  const cookies = request.cookies.filter(([, value]) => !FILTERED.test(value.trim()))
  if (!hasCookie && cookies.length > 0) {
    parts.push(`-H ${quote(`Cookie: ${cookies.map(([k, v]) => oneLine(`${k}=${v}`)).join('; ')}`)}`)
  }
  return parts
}

/** A line break inside a header would begin another header. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}

function bodyText(request: ApiRequest): string | undefined {
  const { data } = request
  if (data === null || data === undefined || data === '') return undefined
  if (typeof data === 'string') return FILTERED.test(data.trim()) ? undefined : data
  const isForm = /x-www-form-urlencoded/i.test(contentType(request))
  if (isForm && typeof data === 'object' && !Array.isArray(data)) {
    const pairs = Object.entries(data).map(([key, value]) => [key, String(value)])
    return new URLSearchParams(pairs).toString()
  }
  return JSON.stringify(data)
}

function contentType(request: ApiRequest): string {
  const header = request.headers.find(([name]) => name.toLowerCase() === 'content-type')
  return header?.[1] ?? request.inferredContentType ?? ''
}

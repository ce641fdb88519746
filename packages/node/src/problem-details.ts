import { STATUS_CODES } from 'node:http'
import { inspect, types } from 'node:util'
import { cut } from './bounded.ts'
import { preferredType } from './preferred-type.ts'

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

/** A failed request, as far as its answer depends on it. */
export type Failure = {
  thrown: unknown
  /** From 400 to 599. */
  status: number
  errorId: string
  /** Value of the request's header `accept`. */
  accept: string | undefined
  /** Tells message and stack. */
  isDevelopment: boolean
}

/** A whole answer, for whatever a framework sends answers with. Header names are lower case. */
export type ProblemAnswer = { status: number; headers: Record<string, string>; body: string }

const MAX_DETAIL_CHARS = 20_000
const MAX_RETRY_AFTER_CHARS = 40
/** Seconds. An app that knows better says so in the error's or the response's own header. */
const RETRY_AFTER = '10'

const TYPES = ['application/problem+json', 'application/json', 'text/html', 'text/plain'] as const

/**
 * The safe answer to a request that failed: problem+json (RFC 9457), or a page or a text where the
 * client prefers that. Without message, stack and path unless `isDevelopment`: those are the
 * program's own business. 503 comes with Retry-After, that of the error's own `headers` if it has one.
 */
export function problemAnswer(failure: Failure): ProblemAnswer {
  const problem = problemDetails(failure)
  const type = preferredType(failure.accept, TYPES) ?? TYPES[0]
  const isText = type.startsWith('text/')
  const body = !isText
    ? JSON.stringify(problem)
    : type === 'text/html'
      ? problemPage(problem)
      : problemText(problem)
  return {
    status: problem.status,
    headers: {
      'content-type': `${type === 'application/json' ? TYPES[0] : type}; charset=utf-8`,
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-error-id': problem.errorId,
      ...(type === 'text/html' ? { 'content-security-policy': PAGE_POLICY } : {}),
      ...(problem.status === 503 ? { 'retry-after': retryAfterOf(failure.thrown) } : {}),
    },
    body,
  }
}

function problemDetails({ thrown, status, errorId, isDevelopment }: Failure): ProblemDetails {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Server Error',
    status,
    instance: `urn:mayday:error:${errorId}`,
    errorId,
    ...(isDevelopment ? developmentDetails(thrown) : {}),
  }
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

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

const PAGE_STYLE = `
body { margin: 15vh auto; max-width: 34rem; padding: 0 1.5rem; font: 1rem/1.5 system-ui, sans-serif }
code, pre { font-family: ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }
:root { color-scheme: light dark }`

function problemPage({ title, status, errorId, detail, stack }: ProblemDetails): string {
  const told = detail === undefined ? '' : `<pre>${escapeHtml(stack?.join('\n') ?? detail)}</pre>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${status} ${escapeHtml(title)}</title><style>${PAGE_STYLE}</style></head>
<body><h1>${status} ${escapeHtml(title)}</h1>
<p>Something went wrong on our side. If you ask about it, please quote this error id:</p>
<p><code>${escapeHtml(errorId)}</code></p>${told}</body></html>
`
}

function problemText({ title, status, errorId, detail, stack }: ProblemDetails): string {
  const told = detail === undefined ? '' : `\n\n${stack?.join('\n') ?? detail}`
  return `${status} ${title}\nError id: ${errorId}${told}\n`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

/** As `http-errors` has it: the error may bring headers for its answer. Only this one is taken. */
function retryAfterOf(thrown: unknown): string {
  try {
    const headers: Record<string, unknown> =
      (thrown as { headers?: Record<string, unknown> } | null | undefined)?.headers ?? {}
    const value = headers['retry-after'] ?? headers['Retry-After']
    const text = typeof value === 'number' ? String(value) : value
    if (typeof text === 'string' && text.length <= MAX_RETRY_AFTER_CHARS) {
      // Seconds or a date of HTTP; anything else could be made to be a second header.
      if (/^(?:\d{1,9}|[A-Z][a-z]{2}, [\w :]{10,30})$/.test(text)) return text
    }
  } catch {
    // An error that throws when it is looked at says nothing about when to try again.
  }
  return RETRY_AFTER
}

import type {
  ApiBreadcrumb,
  ApiException,
  ApiRequest,
  ApiStackTrace,
  EventEntry,
} from '@mayday/protocol/api/events'
import type {
  Breadcrumb,
  EventPayload,
  Exception,
  LogEntry,
  RequestInfo,
  StackTrace,
  Thread,
} from '@mayday/protocol/event'
import { frameOf } from './event-frame.ts'

/** The parts of an event that a person reads, each under its type. */
export function entriesOf(payload: EventPayload): EventEntry[] {
  const { exception, threads, logentry, request, breadcrumbs, platform } = payload
  const entries: EventEntry[] = []
  if (exception) entries.push(exceptionEntry(exception.values, platform))
  if (threads) entries.push(threadsEntry(threads.values, platform))
  if (logentry) entries.push({ type: 'message', data: messageOf(logentry) })
  if (request) entries.push({ type: 'request', data: requestOf(request) })
  if (breadcrumbs) {
    entries.push({ type: 'breadcrumbs', data: { values: breadcrumbs.values.map(breadcrumbOf) } })
  }
  return entries
}

function exceptionEntry(exceptions: Exception[], platform: string): EventEntry {
  const values = exceptions.map((exception) => exceptionOf(exception, platform))
  const hasSystemFrames = values.some(({ stacktrace }) => stacktrace?.hasSystemFrames === true)
  return { type: 'exception', data: { values, hasSystemFrames, excOmitted: null } }
}

function exceptionOf(exception: Exception, platform: string): ApiException {
  return {
    type: exception.type ?? null,
    value: exception.value ?? null,
    module: exception.module ?? null,
    threadId: exception.thread_id ?? null,
    mechanism: exception.mechanism ? { ...exception.mechanism } : null,
    stacktrace: stackTraceOf(exception.stacktrace, platform),
    rawStacktrace: null,
  }
}

function threadsEntry(threads: Thread[], platform: string): EventEntry {
  const values = threads.map((thread) => ({
    id: thread.id ?? null,
    name: thread.name ?? null,
    current: thread.current ?? false,
    crashed: thread.crashed ?? false,
    stacktrace: stackTraceOf(thread.stacktrace, platform),
  }))
  return { type: 'threads', data: { values } }
}

function stackTraceOf(stackTrace: StackTrace | undefined, platform: string): ApiStackTrace | null {
  if (!stackTrace) return null
  const frames = stackTrace.frames.map((frame) => frameOf(frame, platform))
  return {
    frames,
    framesOmitted: null,
    registers: null,
    hasSystemFrames: frames.some(({ inApp }) => !inApp),
  }
}

function messageOf({ formatted, message, params }: LogEntry) {
  return { formatted: formatted ?? message ?? null, message: message ?? null, params: params ?? [] }
}

function requestOf(request: RequestInfo): ApiRequest {
  const contentType = request.headers?.find(([name]) => name.toLowerCase() === 'content-type')
  return {
    method: request.method ?? null,
    url: absoluteUrl(request.url),
    query: request.query_string ?? [],
    headers: request.headers ?? [],
    cookies: request.cookies ?? [],
    data: request.data ?? null,
    env: request.env ?? null,
    fragment: request.fragment ?? null,
    inferredContentType: contentType?.[1] ?? null,
  }
}

/** Clients refuse an address that is not absolute. */
function absoluteUrl(url: string | undefined): string | null {
  return url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null
}

function breadcrumbOf(breadcrumb: Breadcrumb): ApiBreadcrumb {
  return {
    timestamp: isoTime(breadcrumb.timestamp),
    type: breadcrumb.type ?? 'default',
    category: breadcrumb.category ?? null,
    level: breadcrumb.level ?? 'info',
    message: breadcrumb.message ?? null,
    data: breadcrumb.data ?? null,
    event_id: null,
  }
}

function isoTime(seconds: number | undefined): string | null {
  const time = new Date((seconds ?? Number.NaN) * 1_000)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}

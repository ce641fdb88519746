import type { Breadcrumb, EventPayload, Exception } from '@mayday/protocol/event'
import { type Json, toJson } from './bounded.ts'
import { applyScopes, type Context } from './current-scope.ts'
import {
  type EventHint,
  type EventProcessor,
  isThenable,
  processorsOf,
  runProcessors,
} from './event-processors.ts'
import { runtimeContexts } from './integrations/runtime-context.ts'
import { describeExchange } from './request-data.ts'
import type { ResolvedOptions } from './resolved-options.ts'
import { FILTERED, isSensitiveKey, scrubJson, scrubText, scrubUrl } from './scrub.ts'
import { limitValues } from './value-limits.ts'
import { SDK_NAME, SDK_VERSION } from './version.ts'

/** The server refuses more than 1 MiB; what makes an event larger than this is never its point. */
const MAX_EVENT_BYTES = 200 * 1024
/** A hook that never settles must not hold an event for ever. */
export const HOOK_TIMEOUT_MS = 1000

/** What the caller knows; the rest is found here. */
export type EventSeed = Partial<EventPayload> & Pick<EventPayload, 'event_id' | 'level'>

/**
 * First half of the way of an event, at the moment of capture: everything that may be different a
 * moment later. The second half is {@link finishEvent}, after source lines were read.
 */
export function beginEvent(
  seed: EventSeed,
  context: Context,
  options: ResolvedOptions,
): EventPayload {
  const event: EventPayload = {
    timestamp: Date.now() / 1000,
    platform: 'node',
    server_name: options.serverName,
    environment: options.environment,
    ...(options.release === undefined ? {} : { release: options.release }),
    ...(options.dist === undefined ? {} : { dist: options.dist }),
    sdk: { name: SDK_NAME, version: SDK_VERSION },
    ...seed,
  }
  event.contexts = { ...runtimeContexts(), ...seed.contexts }
  if (context.exchange) describeExchange(event, context.exchange)
  applyScopes(event, context)
  keepNewestBreadcrumbs(event, options.maxBreadcrumbs)
  return event
}

/**
 * Second half: has the program's processors change it, takes out secrets, then asks the program's own
 * hook, before which it calls `beforeHook`. May be called only once; throws what the program throws.
 */
export function finishEvent(
  event: EventPayload,
  hint: EventHint,
  options: ResolvedOptions,
  processors: readonly EventProcessor[],
  beforeHook: () => void,
): EventPayload | null | PromiseLike<EventPayload | null> {
  const finish = (processed: EventPayload | null) => {
    if (processed === null) return null
    scrubEvent(processed)
    limitValues(processed, options)
    beforeHook()
    return options.beforeSend ? options.beforeSend(processed, hint) : processed
  }
  const processed = runProcessors(event, hint, [...processors, ...processorsOf(event)])
  return isThenable(processed) ? processed.then(finish) : finish(processed)
}

/** The event as JSON. What is too large loses its least telling parts, and says so. */
export function encodeEvent(event: EventPayload): Uint8Array {
  let bytes = Buffer.from(JSON.stringify(event))
  for (const part of ['extra', 'breadcrumbs', 'contexts', 'request'] as const) {
    if (bytes.length <= MAX_EVENT_BYTES) break
    if (event[part] === undefined) continue
    delete event[part]
    event.errors = [...(event.errors ?? []), { type: 'too_large', name: part }]
    bytes = Buffer.from(JSON.stringify(event))
  }
  return bytes
}

function keepNewestBreadcrumbs(event: EventPayload, max: number): void {
  if (event.breadcrumbs === undefined) return
  const values = event.breadcrumbs.values
    .slice()
    .sort((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0))
  event.breadcrumbs = { values: max === 0 ? [] : values.slice(-max) }
}

/** Structural fields such as ids, levels and file names are left alone; the request is clean already. */
function scrubEvent(event: EventPayload): void {
  for (const exception of event.exception?.values ?? []) scrubException(exception)
  const { logentry } = event
  if (logentry?.message !== undefined) logentry.message = scrubText(logentry.message)
  if (logentry?.formatted !== undefined) logentry.formatted = scrubText(logentry.formatted)
  if (event.breadcrumbs)
    event.breadcrumbs = { values: event.breadcrumbs.values.map(scrubBreadcrumb) }
  if (event.extra) event.extra = scrubRecord(event.extra)
  if (event.tags) event.tags = scrubRecord(event.tags) as Record<string, string>
  for (const [name, context] of Object.entries(event.contexts ?? {})) {
    event.contexts = { ...event.contexts, [name]: scrubRecord(context) }
  }
}

function scrubException(exception: Exception): void {
  if (exception.value !== undefined) exception.value = scrubText(exception.value)
  const { mechanism } = exception
  if (mechanism?.data) mechanism.data = scrubRecord(mechanism.data)
}

function scrubBreadcrumb(breadcrumb: Breadcrumb): Breadcrumb {
  const { message, data } = breadcrumb
  return {
    ...breadcrumb,
    ...(message === undefined ? {} : { message: scrubText(message) }),
    ...(data === undefined ? {} : { data: scrubRecord(withScrubbedUrl(data)) }),
  }
}

function withScrubbedUrl(data: Record<string, unknown>): Record<string, unknown> {
  if (typeof data.url !== 'string') return data
  const { url, query } = scrubUrl(data.url)
  const text = query.map(([key, value]) => `${key}=${value}`).join('&')
  return { ...data, url: text === '' ? url : `${url}?${text}` }
}

function scrubRecord(record: Record<string, unknown>): Record<string, Json> {
  const entries = Object.entries(record).map(([key, value]): [string, Json] => {
    // What a hook or the program put here may be anything; only JSON goes on.
    const json = isPlain(value) ? value : toJson(value)
    return [key, isSensitiveKey(key) && typeof json !== 'boolean' ? FILTERED : scrubJson(json)]
  })
  return Object.fromEntries(entries)
}

function isPlain(value: unknown): value is string | boolean | null {
  return value === null || typeof value === 'string' || typeof value === 'boolean'
}

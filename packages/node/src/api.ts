import { types } from 'node:util'
import type { Breadcrumb, EventPayload, Level, User } from '@mayday/protocol/event'
import { type Bounds, toJson } from './bounded.ts'
import { captureSeed, captureThrown, MANUAL, messageSeed } from './capture.ts'
import type { CaptureContext, CaptureHint } from './capture-context.ts'
import { getClient } from './client.ts'
import { currentContext, getGlobalScope, getIsolationScope } from './current-scope.ts'
import type { EventProcessor } from './event-processors.ts'
import type { Primitive } from './scope.ts'
import { parseStack } from './stack.ts'

/** The program's event may hold whole stacks, but also anything else. */
const EVENT_BOUNDS: Bounds = {
  maxDepth: 9,
  maxBreadth: 300,
  maxValues: 20_000,
  maxStringChars: 8192,
}

/**
 * Reports an error, or whatever else was thrown. Returns at once; sending happens later. Never throws.
 * The same error object again is not sent again.
 *
 * @param hint user, tags and so on for this event alone: an object, a scope, or a function that sets
 * them; also as `captureContext` of Sentry's hint
 * @returns the error id, which is the id of the event: 32 hex digits
 */
export function captureException(thrown: unknown, hint?: CaptureContext | CaptureHint): string {
  return captureThrown(thrown, {
    capture: MANUAL,
    level: 'error',
    context: currentContext(),
    site: types.isNativeError(thrown) ? undefined : stackHere(captureException),
    captureContext: hint,
  })
}

/**
 * Reports a text. Never throws. With the option `attachStacktrace` it tells the place of the call.
 *
 * @param levelOrContext `info` unless given
 * @returns the id of the event
 */
export function captureMessage(
  message: string,
  levelOrContext?: Level | CaptureContext | CaptureHint,
): string {
  const isLevel = typeof levelOrContext === 'string'
  const seed = messageSeed(message, isLevel ? levelOrContext : 'info')
  const stack = getClient()?.options.attachStacktrace ? stackHere(captureMessage) : undefined
  const place = stack === undefined ? {} : { threads: threadAt(stack) }
  const captureContext = isLevel ? undefined : levelOrContext
  return captureSeed({ ...seed, ...place }, currentContext(), captureContext)
}

/**
 * Reports an event that the program has made itself. What it lacks is filled in as for any other.
 * Never throws.
 *
 * @returns the id of the event; an `event_id` of the program's own is not used
 */
export function captureEvent(event: Partial<EventPayload>, hint?: CaptureHint): string {
  const json = toJson(event, EVENT_BOUNDS)
  const copy = typeof json === 'object' && json !== null ? json : {}
  const { event_id: _, level = 'error', ...rest } = copy as Partial<EventPayload>
  return captureSeed({ ...rest, level }, currentContext(), hint)
}

/**
 * Has this function change, or drop, every event from now on, for the rest of the process. It runs
 * before secrets are filtered; if it throws, the event is dropped. At most 100 are kept.
 */
export function addEventProcessor(processor: EventProcessor): void {
  getGlobalScope().addEventProcessor(processor)
}

/** Who is served, in the current request; outside of requests, in the whole process. */
export function setUser(user: (User & Record<string, unknown>) | null): void {
  getIsolationScope().setUser(user)
}

/** An indexed pair for events of the current request; outside of requests, of the whole process. */
export function setTag(key: string, value: Primitive): void {
  getIsolationScope().setTag(key, value)
}

/** As {@link setTag}, for several. */
export function setTags(tags: Record<string, Primitive>): void {
  getIsolationScope().setTags(tags)
}

/** A named object for events of the current request, copied now; `null` removes it. */
export function setContext(name: string, context: Record<string, unknown> | null): void {
  getIsolationScope().setContext(name, context)
}

/** Free data for events of the current request, copied now; it is shown but not indexed. */
export function setExtra(key: string, value: unknown): void {
  getIsolationScope().setExtra(key, value)
}

/** As {@link setExtra}, for several. */
export function setExtras(extras: Record<string, unknown>): void {
  getIsolationScope().setExtras(extras)
}

/** Leaves a trace of what happened, for events of the current request. The newest 100 are kept. */
export function addBreadcrumb(breadcrumb: Breadcrumb, _hint?: unknown): void {
  try {
    const stamped = { timestamp: Date.now() / 1000, ...breadcrumb }
    const client = getClient()
    if (client) client.addBreadcrumb(stamped)
    else getIsolationScope().addBreadcrumb(stamped)
  } catch (error) {
    getClient()?.log(`breadcrumb lost: ${String(error)}`)
  }
}

/** Id of the newest event captured in the current request; outside of requests, in the process. */
export function lastEventId(): string | undefined {
  return getIsolationScope().lastEventId
}

/** As {@link lastEventId}, but of errors alone: what the person who was served can be told. */
export function lastErrorId(): string | undefined {
  return currentContext().exchange?.errorId ?? getIsolationScope().lastErrorId
}

function threadAt(stack: string): NonNullable<EventPayload['threads']> {
  return {
    values: [{ current: true, crashed: false, stacktrace: { frames: parseStack(stack, '') } }],
  }
}

/** Stack text without the frames from `above` inwards. */
function stackHere(above: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {}
  try {
    Error.captureStackTrace(holder, above)
    return holder.stack
  } catch {
    // A `prepareStackTrace` of the program's that throws: the value is told without a place.
    return undefined
  }
}

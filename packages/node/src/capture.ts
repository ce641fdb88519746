import { randomUUID } from 'node:crypto'
import { types } from 'node:util'
import type { EventPayload, Level } from '@mayday/protocol/event'
import { cut } from './bounded.ts'
import { applyCaptureContext, type CaptureContext, type CaptureHint } from './capture-context.ts'
import { type Client, getClient } from './client.ts'
import type { Context } from './current-scope.ts'
import { isFromUnwantedFile, isIgnored } from './event-filters.ts'
import { type Capture, exceptionsFrom } from './event-from-error.ts'
import type { Exchange } from './exchange.ts'
import { addVariables } from './frame-variables.ts'
import { beginEvent, type EventSeed } from './prepare-event.ts'
import { tellLeftOut } from './repeats.ts'
import { eventIdFromWorker } from './worker-error.ts'

export type ThrownOptions = {
  capture: Capture
  level: Level
  context: Context
  /** Stack text of the place of capture, for values without a stack. */
  site?: string | undefined
  captureContext?: CaptureContext | CaptureHint | undefined
}

/** A captured error, and for which request, so that it is not captured again. */
type Known = { id: string; owner: unknown }

const MAX_MESSAGE_CHARS = 8192
const MAX_KEY_CHARS = 300

const knownErrors = new WeakMap<object, Known>()

/** 32 lower-case hex digits. Not that of the protocol package: Node 18 has no global `crypto`. */
export function newEventId(): string {
  return randomUUID().replaceAll('-', '')
}

/**
 * Makes an event of anything that was thrown, and sends it, or hands it to `decideLater`. This is the
 * edge of the SDK: nothing gets out of here into the program.
 *
 * @returns the event's id; also when the event is dropped, so that what the user is told is the same
 */
export function captureThrown(
  thrown: unknown,
  options: ThrownOptions,
  decideLater?: (client: Client, event: EventPayload) => void,
): string {
  const client = getClient()
  const { exchange, owner } = options.context
  const known = knownId(thrown, owner)
  if (known !== undefined) return claim(options.context, known)
  const key = keyOf(thrown)
  const folded = client?.repeats.fold(key, owner)
  const eventId = folded ?? idFor(exchange)
  try {
    remember(thrown, { id: eventId, owner })
    claim(options.context, eventId)
    if (folded !== undefined || client?.transport === undefined) return eventId
    const event = makeEvent(client, thrown, key, eventId, options)
    if (event === undefined) return eventId
    if (decideLater) {
      decideLater(client, event)
    } else {
      client.repeats.open(key, owner, event)
      client.submit(event, { originalException: thrown })
    }
  } catch (error) {
    client?.log(`could not capture: ${String(error)}`)
    client?.drop('internal_sdk_error')
  }
  return eventId
}

/** As {@link captureThrown} for an event that is not about something thrown. */
export function captureSeed(
  seed: Omit<EventSeed, 'event_id'>,
  context: Context,
  captureContext?: CaptureContext | CaptureHint,
): string {
  const eventId = idFor(context.exchange)
  if (seed.exception) claim(context, eventId)
  context.isolationScope.lastEventId = eventId
  const client = getClient()
  try {
    if (client?.transport === undefined) return eventId
    const admitted = letThrough(client, seedKey(seed))
    if (admitted === undefined || isSeedIgnored(client, seed) || !isSampled(client)) return eventId
    const event = beginEvent({ ...seed, event_id: eventId }, context, client.options)
    applyCaptureContext(event, captureContext)
    tellLeftOut(event, admitted.leftOut)
    client.submit(event, {})
  } catch (error) {
    client?.log(`could not capture: ${String(error)}`)
    client?.drop('internal_sdk_error')
  }
  return eventId
}

export function messageSeed(message: unknown, level: Level): Omit<EventSeed, 'event_id'> {
  const text =
    typeof message === 'string' ? message : String(exceptionsFrom(message, MANUAL)[0]?.value)
  return { level, logentry: { formatted: cut(text, MAX_MESSAGE_CHARS) } }
}

export const MANUAL: Capture = { type: 'generic', handled: true }

function makeEvent(
  client: Client,
  thrown: unknown,
  key: string,
  eventId: string,
  { capture, level, context, site, captureContext }: ThrownOptions,
): EventPayload | undefined {
  const admitted = letThrough(client, key)
  if (admitted === undefined) return undefined
  const values = exceptionsFrom(thrown, capture, site)
  if (!capture.handled) addVariables(values.at(-1), thrown)
  const main = values.at(-1)
  const isUnwanted = isFromUnwantedFile(values, client.options)
  if (isUnwanted || isIgnored(`${main?.type}: ${main?.value}`, client.options)) {
    client.drop('ignored')
    return undefined
  }
  if (!isSampled(client)) return undefined
  const seed: EventSeed = { event_id: eventId, level, exception: { values } }
  const event = beginEvent(seed, context, client.options)
  applyCaptureContext(event, captureContext)
  tellLeftOut(event, admitted.leftOut)
  return event
}

function letThrough(client: Client, key: string): { leftOut: number } | undefined {
  const admitted = client.flood.isClosed() ? undefined : client.flood.admit(key)
  if (admitted === undefined) client.drop('backpressure')
  return admitted
}

function isSeedIgnored(client: Client, { logentry }: Omit<EventSeed, 'event_id'>): boolean {
  const isUnwanted = isIgnored(logentry?.formatted ?? '', client.options)
  if (isUnwanted) client.drop('ignored')
  return isUnwanted
}

function isSampled(client: Client): boolean {
  const { sampleRate } = client.options
  const isIn = sampleRate >= 1 || Math.random() < sampleRate
  if (!isIn) client.drop('sample_rate')
  return isIn
}

/**
 * What tells one error of a storm from another: type and message, but for the numbers in it. Not its
 * stack: V8 takes its time to write that.
 */
function keyOf(thrown: unknown): string {
  if (!types.isNativeError(thrown)) return typeof thrown
  const message: unknown = Object.getOwnPropertyDescriptor(thrown, 'message')?.value
  return `${classNameOf(thrown)}:${typeof message === 'string' ? withoutNumbers(message) : ''}`
}

function classNameOf(error: Error): string {
  try {
    const name: unknown = Object.getPrototypeOf(error)?.constructor?.name
    return typeof name === 'string' ? name : ''
  } catch {
    // A static getter or a proxy that throws: the message has to tell it apart.
    return ''
  }
}

function seedKey(seed: Omit<EventSeed, 'event_id'>): string {
  return seed.fingerprint?.join() ?? withoutNumbers(seed.logentry?.formatted ?? 'event')
}

function withoutNumbers(text: string): string {
  return text.slice(0, MAX_KEY_CHARS).replace(/\d+/g, '0')
}

/**
 * One error is one event, however often it passes by: on its way through `catch` blocks and error
 * handlers. The same object in another request is another failure: a rejected promise that is kept
 * fails every request that waits for it.
 */
function knownId(thrown: unknown, owner: unknown): string | undefined {
  const known = isObject(thrown) ? knownErrors.get(thrown) : undefined
  if (known === undefined) return isObject(thrown) ? eventIdFromWorker(thrown) : undefined
  const isOther = known.owner !== undefined && owner !== undefined && known.owner !== owner
  return isOther ? undefined : known.id
}

function remember(thrown: unknown, known: Known): void {
  if (isObject(thrown)) knownErrors.set(thrown, known)
}

/** The id that the client of this request has been told already, if no event has it yet. */
function idFor(exchange: Exchange | undefined): string {
  const isTold = exchange?.errorId !== undefined && !exchange.hasEvent
  return isTold ? (exchange.errorId as string) : newEventId()
}

/** Makes it the error id of the request, if the client has not been told another one. */
function claim({ exchange, isolationScope }: Context, id: string): string {
  if (exchange) {
    if (!exchange.response.headersSent && !exchange.isCandidate) exchange.errorId = id
    exchange.errorId ??= id
    exchange.hasEvent = true
  }
  isolationScope.lastEventId = id
  isolationScope.lastErrorId = id
  return id
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

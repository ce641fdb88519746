import type { EventPayload } from '@mayday/protocol/event'

/** What a hook is told beside the event. */
export type EventHint = {
  /** The value that was thrown or captured. */
  originalException?: unknown
}

/**
 * Changes an event on its way, or drops it by `null`; may return a promise, for a second at most.
 * It runs before secrets are filtered. If it throws, the event is dropped.
 */
export type EventProcessor = (
  event: EventPayload,
  hint: EventHint,
) => EventPayload | null | PromiseLike<EventPayload | null>

/** Those of the scopes, found when the event is made and asked when it is finished. */
const ofScopes = new WeakMap<EventPayload, EventProcessor[]>()

export function addProcessors(event: EventPayload, processors: readonly EventProcessor[]): void {
  if (processors.length > 0) ofScopes.set(event, [...processorsOf(event), ...processors])
}

export function processorsOf(event: EventPayload): readonly EventProcessor[] {
  return ofScopes.get(event) ?? []
}

/**
 * Asks one processor after the other; a promise is returned only where one of them gave one.
 *
 * @throws what a processor throws
 */
export function runProcessors(
  event: EventPayload,
  hint: EventHint,
  processors: readonly EventProcessor[],
): EventPayload | null | PromiseLike<EventPayload | null> {
  let current: EventPayload = event
  for (const [index, processor] of processors.entries()) {
    const result = processor(current, hint)
    if (isThenable(result)) {
      const rest = processors.slice(index + 1)
      return Promise.resolve(result).then((next) =>
        isEvent(next) ? runProcessors(next, hint, rest) : null,
      )
    }
    if (!isEvent(result)) return null
    current = result
  }
  return current
}

/** Never throws, whatever a hook has returned. */
export function isThenable(value: unknown): value is PromiseLike<EventPayload | null> {
  try {
    return (
      typeof value === 'object' &&
      value !== null &&
      'then' in value &&
      typeof value.then === 'function'
    )
  } catch {
    // A proxy, say, that does not want to be looked at: it is no promise of ours.
    return false
  }
}

function isEvent(value: unknown): value is EventPayload {
  return typeof value === 'object' && value !== null
}

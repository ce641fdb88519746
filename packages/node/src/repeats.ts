import type { EventPayload } from '@mayday/protocol/event'

type Open = { eventId: string; owner: unknown; told: Told | undefined; event: EventPayload }
/** In the context `repeats` of the event. Seconds since 1970. */
type Told = { left_out: number; last_seen: number }

const MAX_OPEN = 200

/**
 * Folds repeats into the event that is still on its way: a loop that fails ten thousand times gives
 * one event that says so. Once that event is sent, the next one is an event of its own.
 */
export class Repeats {
  readonly #open = new Map<string, Open>()

  /**
   * Counts one more like the event that waits, if there is one of the same request.
   *
   * @param owner the request; undefined outside of any
   * @returns the id of that event
   */
  fold(key: string, owner: unknown): string | undefined {
    const open = this.#open.get(key)
    if (open === undefined || open.owner !== owner) return undefined
    if (open.told === undefined) {
      open.told = { left_out: 0, last_seen: 0 }
      tell(open.event, open.told)
    }
    open.told.left_out++
    open.told.last_seen = Date.now() / 1000
    return open.eventId
  }

  open(key: string, owner: unknown, event: EventPayload): void {
    if (this.#open.size >= MAX_OPEN && !this.#open.has(key)) return
    const known = event.contexts?.repeats as Told | undefined
    this.#open.set(key, { eventId: event.event_id, owner, event, told: known })
  }

  /** From here on the event is not changed any more. */
  close(event: EventPayload): void {
    for (const [key, open] of this.#open) {
      if (open.event === event) this.#open.delete(key)
    }
  }
}

/** How many like this one are no events, because they came before it in a storm. */
export function tellLeftOut(event: EventPayload, leftOut: number): void {
  if (leftOut > 0) tell(event, { left_out: leftOut, last_seen: Date.now() / 1000 })
}

function tell(event: EventPayload, told: Told): void {
  event.contexts = { ...event.contexts, repeats: told }
}

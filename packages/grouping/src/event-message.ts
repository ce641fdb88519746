import type { EventPayload } from '@mayday/protocol/event'
import { isObject, textOf } from './lenient.ts'
import { MAX_MESSAGE_CHARS } from './message.ts'

/** The event's message: `template` with its placeholders where the SDK sent one, `formatted` as read. */
export function messageOf(event: EventPayload): { template: string; formatted: string } {
  const entry = isObject(event.logentry) ? event.logentry : {}
  const message = textOf(entry.message, MAX_MESSAGE_CHARS)
  const formatted = textOf(entry.formatted, MAX_MESSAGE_CHARS)
  return { template: message || formatted, formatted: formatted || message }
}

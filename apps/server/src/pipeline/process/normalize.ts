import { parseEventId } from '@mayday/protocol/event-id'
import { envelopeFacts } from '../../events/event-data.ts'
import { parseEventJson } from '../../events/normalize/event-json.ts'
import { normalizeEvent } from '../../events/normalize/normalize-event.ts'
import { parseTimestamp } from '../../events/normalize/timestamps.ts'
import { type Normalized, type Received, Rejected } from '../states.ts'
import { securityEvent } from './security-event.ts'

/** Clocks are a little apart, and SDKs round. */
const CLOCK_TOLERANCE_MS = 60 * 60 * 1000

/** Reads the event's JSON and brings it to the one spelling. */
export function normalize(received: Received): Normalized {
  const { raw, item } = eventOf(received)
  const { record, envelope } = received
  const eventId = received.isFirst ? received.eventId : (ownEventId(raw) ?? received.eventId)
  const payload = normalizeEvent(raw, {
    eventId,
    receivedAt: new Date(record.receivedAtMs),
    clientIp: record.clientIp,
    ...envelopeFacts(envelope.header),
  })
  // The sender's own time as well: a repeat from a cache on disk may look like a drifting clock.
  const sender = parseTimestamp(raw.timestamp)
  const earliest = sender === undefined ? 0 : Math.min(sender, payload.timestamp) * 1000
  return {
    ...received,
    item,
    eventId,
    payload,
    earliestMs: Math.max(0, earliest - CLOCK_TOLERANCE_MS),
  }
}

/** A report of a browser is stored as the event that is made of it. */
function eventOf(received: Received) {
  const { item } = received
  const raw = parse(item.payload)
  if (item.header.type === 'event') return { raw, item }
  const made = securityEvent(raw, received)
  return { raw: made, item: { ...item, payload: Buffer.from(JSON.stringify(made)) } }
}

function parse(json: Uint8Array): Record<string, unknown> {
  let raw: unknown
  try {
    raw = parseEventJson(json)
  } catch {
    // V8's message shows a part of the event, which must not end in a log.
    throw new Rejected('invalid', 'invalid_json')
  }
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) {
    return raw as Record<string, unknown>
  }
  throw new Rejected('invalid', 'no_data')
}

function ownEventId(raw: Record<string, unknown>): string | undefined {
  try {
    return parseEventId(raw.event_id)
  } catch {
    // Missing or not an id: the derived one stands.
    return undefined
  }
}

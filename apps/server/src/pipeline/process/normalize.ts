import { parseEventId } from '@mayday/protocol/event-id'
import { envelopeFacts } from '../../events/event-data.ts'
import { parseEventJson } from '../../events/normalize/event-json.ts'
import { normalizeEvent } from '../../events/normalize/normalize-event.ts'
import { parseTimestamp } from '../../events/normalize/timestamps.ts'
import { type Normalized, type Received, Rejected } from '../states.ts'

/** Clocks are a little apart, and SDKs round. */
const CLOCK_TOLERANCE_MS = 60 * 60 * 1000

/** Reads the event's JSON and brings it to the one spelling. */
export function normalize(received: Received): Normalized {
  const raw = parse(received.item.payload)
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
  return { ...received, eventId, payload, earliestMs: Math.max(0, earliest - CLOCK_TOLERANCE_MS) }
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

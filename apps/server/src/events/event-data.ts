import { gzipSync } from 'node:zlib'
import {
  type Envelope,
  type EnvelopeHeader,
  type Item,
  parseEnvelope,
  serializeEnvelope,
} from '@mayday/protocol/envelope'
import type { EventPayload } from '@mayday/protocol/event'
import { MAX_ENVELOPE_BYTES } from '@mayday/protocol/limits'
import { BODY_ENCODINGS, type BodyEncoding } from '../journal/record.ts'
import { parseEventJson } from './normalize/event-json.ts'
import { normalizeEvent } from './normalize/normalize-event.ts'
import { parseTimestamp } from './normalize/timestamps.ts'
import { unpack } from './unpack.ts'

/** Smaller ones do not get smaller by as much as packing them costs. */
const MIN_PACKED_BYTES = 512
/** Half the time of the usual 6, for a tenth more bytes. */
const GZIP_LEVEL = 1

/**
 * The columns `encoding` and `data` of a stored event. Always an envelope with one event item, so
 * that the header's facts (when it was sent, by which SDK) stay with it; `encoding` is the place of
 * the body's encoding in `BODY_ENCODINGS`.
 */
export type EventData = { encoding: number; data: Buffer }

/** The client's own bytes where the envelope held just the one event: packing costs most of all. */
export function encodeEvent(
  body: { encoding: BodyEncoding; bytes: Buffer },
  envelope: Envelope,
  event: Item,
): EventData {
  // Not so for an event that was made of something else.
  const isAlone = envelope.items.length === 1 && envelope.items[0] === event
  if (isAlone && (body.encoding !== 'identity' || body.bytes.length < MIN_PACKED_BYTES)) {
    return { encoding: BODY_ENCODINGS.indexOf(body.encoding), data: body.bytes }
  }
  const bytes = isAlone ? body.bytes : serializeEnvelope(withEventOnly(envelope, event))
  return {
    encoding: BODY_ENCODINGS.indexOf('gzip'),
    data: gzipSync(bytes, { level: GZIP_LEVEL }),
  }
}

function withEventOnly({ header }: Envelope, event: Item): Envelope {
  const kept: EnvelopeHeader = {}
  if (header.sent_at !== undefined) kept.sent_at = header.sent_at
  if (header.sdk !== undefined) kept.sdk = header.sdk
  return { header: kept, items: [{ header: { type: 'event' }, payload: event.payload }] }
}

export type DecodedEvent = {
  /** The event's JSON as its sender wrote it. */
  raw: unknown
  /** First line of the envelope that it came in. */
  header: EnvelopeHeader
  /** Bytes of that JSON. */
  size: number
}

/** @throws Error when the bytes are none that `encodeEvent` made */
export function decodeEvent({ encoding, data }: EventData): DecodedEvent {
  const name = BODY_ENCODINGS[encoding]
  if (name === undefined) throw new Error(`There is no event encoding ${encoding}`)
  const { header, items } = parseEnvelope(unpack(name, data, MAX_ENVELOPE_BYTES))
  const event = items.find((item) => item.header.type === 'event')
  if (event === undefined) throw new Error('The stored envelope holds no event')
  return { raw: parseEventJson(event.payload), header, size: event.payload.length }
}

export type StoredEvent = EventData & {
  eventId: string
  receivedAt: Date
  clientIp: string | null
}

/**
 * A stored event in its normalised form, as digest saw it.
 *
 * @throws Error as `decodeEvent` does
 */
export function readEvent(row: StoredEvent): EventPayload {
  const { raw, header } = decodeEvent(row)
  return normalizeEvent(raw, {
    eventId: row.eventId.replaceAll('-', ''),
    receivedAt: row.receivedAt,
    clientIp: row.clientIp ?? '',
    ...envelopeFacts(header),
  })
}

/** What the normaliser needs of the envelope's first line. */
export function envelopeFacts(header: EnvelopeHeader): { sentAt?: number; envelopeSdk?: unknown } {
  const sentAt = parseTimestamp(header.sent_at)
  return { ...(sentAt === undefined ? {} : { sentAt }), envelopeSdk: header.sdk }
}

import { ProtocolError } from './errors.ts'

const PLAIN = /^[0-9a-f]{32}$/i
const DASHED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const NIL = '0'.repeat(32)

/**
 * Brings an event id to its one spelling: 32 lower-case hex digits. Takes upper case and dashed
 * UUIDs; refuses the nil id, which some tools send when they have none.
 *
 * @throws ProtocolError `invalid_event_id`
 */
export function parseEventId(value: unknown): string {
  if (typeof value === 'string' && (PLAIN.test(value) || DASHED.test(value))) {
    const id = value.replaceAll('-', '').toLowerCase()
    if (id !== NIL) return id
    throw new ProtocolError('invalid_event_id', 'The event id consists of zeros only.')
  }
  throw new ProtocolError(
    'invalid_event_id',
    'The event id is not a UUID: 32 hexadecimal digits, with or without dashes, are expected.',
  )
}

/** A random event id: 32 lower-case hex digits of a version 4 UUID. */
export function newEventId(): string {
  return globalThis.crypto.randomUUID().replaceAll('-', '')
}

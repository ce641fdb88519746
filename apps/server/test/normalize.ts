import { normalizeEvent } from '../src/events/normalize/normalize-event.ts'

/** When the events of these tests were received, in seconds. */
export const RECEIVED = Date.UTC(2026, 10, 23, 12) / 1000

export function normalize(raw: unknown, meta: Partial<Parameters<typeof normalizeEvent>[1]> = {}) {
  return normalizeEvent(raw, {
    eventId: 'e'.repeat(32),
    receivedAt: new Date(RECEIVED * 1000),
    clientIp: '203.0.113.9',
    ...meta,
  })
}

import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { newEventId } from '@mayday/protocol/event-id'
import type { JournalPosition, JournalRecord } from '../src/journal/record.ts'
import type { Reader } from '../src/pipeline/batch-reader.ts'

const SEGMENT = 7

/** A journal that is a list in memory; positions are places in the list. */
export class JournalOf implements Reader {
  readonly id = randomUUID()
  readonly records: JournalRecord[] = []
  released: JournalPosition | undefined

  add(...records: JournalRecord[]): void {
    this.records.push(...records)
  }

  async read(from: JournalPosition | undefined, _maxBytes: number, maxRecords: number) {
    const start = from?.segment === SEGMENT ? from.position : 0
    const records = this.records.slice(start, start + maxRecords).map((record, i) => ({
      record,
      end: { segment: SEGMENT, position: start + i + 1 },
    }))
    const next = { segment: SEGMENT, position: start + records.length }
    return { records, next, damaged: [] }
  }

  async release(upTo: JournalPosition): Promise<void> {
    this.released = upTo
  }

  get end(): JournalPosition {
    return { segment: SEGMENT, position: this.records.length }
  }
}

/** One event in an envelope of its own, as a Node program would have sent it just now. */
export function recordOf(
  projectId: number,
  event: Record<string, unknown> = {},
  facts: Partial<JournalRecord> = {},
): JournalRecord {
  const receivedAtMs = facts.receivedAtMs ?? Date.now()
  const payload = {
    timestamp: receivedAtMs / 1000,
    platform: 'node',
    exception: { values: [{ type: 'Error', value: 'failed' }] },
    ...event,
  }
  const eventId = facts.eventId ?? newEventId()
  return recordWith(projectId, [['event', payload]], { ...facts, eventId, receivedAtMs })
}

/** Any items in one envelope; payloads that are no text are written as JSON. */
export function recordWith(
  projectId: number,
  items: [type: string, payload: unknown][],
  facts: Partial<JournalRecord> = {},
): JournalRecord {
  const eventId = facts.eventId ?? ''
  const lines = [JSON.stringify(eventId === '' ? {} : { event_id: eventId })]
  for (const [type, payload] of items) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    lines.push(JSON.stringify({ type, length: Buffer.byteLength(text) }), text)
  }
  return {
    projectId,
    keyId: 1,
    receivedAtMs: Date.now(),
    events: items.filter(([type]) => type === 'event').length,
    encoding: 'gzip',
    clientIp: '203.0.113.9',
    client: 'test/1',
    body: gzipSync(lines.join('\n')),
    ...facts,
    eventId,
  }
}

import { createHash } from 'node:crypto'
import { type Item, parseEnvelope } from '@mayday/protocol/envelope'
import { MAX_ENVELOPE_BYTES } from '@mayday/protocol/limits'
import { unpack } from '../../events/unpack.ts'
import type { JournalRecord } from '../../journal/record.ts'
import { type Received, Rejected } from '../states.ts'

/** Unpacks a record and takes its envelope apart: the events to digest, and its client reports. */
export function receive(record: JournalRecord): { events: Received[]; reports: Item[] } {
  const envelope = open(record)
  const events: Received[] = []
  const reports: Item[] = []
  for (const item of envelope.items) {
    if (item.header.type === 'client_report') reports.push(item)
    if (item.header.type !== 'event') continue
    const isFirst = events.length === 0
    const eventId = eventIdOf(record, events.length)
    events.push({ record, envelope, item, eventId, isFirst })
  }
  return { events, reports }
}

function open(record: JournalRecord) {
  try {
    return parseEnvelope(unpack(record.encoding, record.body, MAX_ENVELOPE_BYTES))
  } catch {
    // Intake has taken the same body apart before it accepted it, so the cause tells nobody more.
    throw new Rejected('invalid', 'invalid_envelope')
  }
}

/**
 * The envelope has one id, which the first event gets. Further events get one derived from it: the
 * same again when the record is digested again.
 */
function eventIdOf(record: JournalRecord, index: number): string {
  if (index === 0 && record.eventId !== '') return record.eventId
  const seed = record.eventId || createHash('sha256').update(record.body).digest('hex')
  return createHash('sha256').update(`${seed}:${index}`).digest('hex').slice(0, 32)
}

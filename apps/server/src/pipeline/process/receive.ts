import { createHash } from 'node:crypto'
import { type Item, parseEnvelope } from '@mayday/protocol/envelope'
import { isEventType, itemType } from '@mayday/protocol/item-types'
import { MAX_ENVELOPE_BYTES } from '@mayday/protocol/limits'
import { unpack } from '../../events/unpack.ts'
import type { JournalRecord } from '../../journal/record.ts'
import { type Received, Rejected } from '../states.ts'

export type Parts = {
  events: Received[]
  /** All other items that are digested, with the id of the event that the envelope is about. */
  others: { item: Item; eventId: string }[]
}

/** Unpacks a record and takes its envelope apart. */
export function receive(record: JournalRecord): Parts {
  const envelope = open(record)
  const events: Received[] = []
  const others: Parts['others'] = []
  for (const item of envelope.items) {
    if (!isEventType(item.header.type)) {
      if (itemType(item.header.type).action === 'process') {
        others.push({ item, eventId: record.eventId })
      }
      continue
    }
    const isFirst = events.length === 0
    const eventId = eventIdOf(record, events.length)
    events.push({ record, envelope, item, eventId, isFirst })
  }
  return { events, others }
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

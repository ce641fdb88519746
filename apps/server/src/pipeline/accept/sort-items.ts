import type { DataCategory } from '@mayday/protocol/data-category'
import { type Envelope, type Item, serializeEnvelope } from '@mayday/protocol/envelope'
import { newEventId, parseEventId } from '@mayday/protocol/event-id'
import { itemType } from '@mayday/protocol/item-types'
import { exceedsJsonDepth } from '@mayday/protocol/json-depth'
import {
  MAX_ATTACHMENTS,
  MAX_ATTACHMENTS_BYTES,
  MAX_EVENT_BYTES,
  MAX_JSON_DEPTH,
} from '@mayday/protocol/limits'
import type { JournalRecord } from '../../journal/record.ts'
import { type Fate, invalid } from './refusal.ts'

export type SortedItems = {
  /** For digest. */
  kept: Item[]
  /** With what becomes of them. */
  dropped: { item: Item; fate: Fate }[]
}

const UNSUPPORTED: Fate = { outcome: 'filtered', reason: 'unsupported_item' }
const TOO_LARGE: Fate = { outcome: 'invalid', reason: 'too_large' }
const TOO_MANY: Fate = { outcome: 'invalid', reason: 'too_many_items' }
export const OVER_QUOTA: Fate = { outcome: 'rate_limited', reason: 'quota' }

/** Dropped items up to this size stay in the record: writing the envelope anew would cost more. */
const MAX_IDLE_BYTES = 16 * 1024

/** @throws Refusal 413 for an event that is too large, 400 for one that is nested too deeply */
export function checkEvents(envelope: Envelope): void {
  for (const { header, payload } of envelope.items) {
    if (header.type !== 'event') continue
    if (payload.length > MAX_EVENT_BYTES) {
      const message = `The event has ${payload.length} bytes; at most ${MAX_EVENT_BYTES} are allowed.`
      throw invalid(413, 'too_large', message)
    }
    if (exceedsJsonDepth(payload, MAX_JSON_DEPTH)) {
      const message = `The event is nested deeper than ${MAX_JSON_DEPTH} levels.`
      throw invalid(400, 'too_deep', message)
    }
  }
}

export function sortItems(
  items: Item[],
  takeQuota: (category: DataCategory) => boolean,
): SortedItems {
  const sorted: SortedItems = { kept: [], dropped: [] }
  const attached = { count: 0, bytes: 0 }
  for (const item of items) {
    const { category, action, maxBytes } = itemType(item.header.type)
    const drop = (fate: Fate) => sorted.dropped.push({ item, fate })
    const isTooLarge = item.payload.length > maxBytes
    const excess = isTooLarge || category !== 'attachment' ? undefined : exceeds(attached, item)
    if (isTooLarge) drop(TOO_LARGE)
    else if (excess) drop(excess)
    else if (!takeQuota(category)) drop(OVER_QUOTA)
    else if (action === 'process') sorted.kept.push(item)
    else drop(UNSUPPORTED)
  }
  return sorted
}

/** The limits that an envelope's attachments keep together. What fits is added to `attached`. */
function exceeds(attached: { count: number; bytes: number }, { payload }: Item): Fate | undefined {
  if (attached.count >= MAX_ATTACHMENTS) return TOO_MANY
  if (attached.bytes + payload.length > MAX_ATTACHMENTS_BYTES) return TOO_LARGE
  attached.count++
  attached.bytes += payload.length
  return undefined
}

/** What a record holds of an envelope. */
export type Body = Pick<JournalRecord, 'encoding' | 'body'>

/**
 * The original as it came where that is right and not wasteful, since digest skips unsupported items
 * by itself; else the envelope anew with the kept items alone.
 */
export function bodyToKeep(
  envelope: Envelope,
  { kept, dropped }: SortedItems,
  original: Body | undefined,
): Body {
  const idleBytes = dropped.reduce((sum, { item }) => sum + item.payload.length, 0)
  const keptBytes = kept.reduce((sum, { payload }) => sum + payload.length, 0)
  const isHarmless = dropped.every(({ fate }) => fate === UNSUPPORTED)
  const isSmall = idleBytes <= MAX_IDLE_BYTES || idleBytes <= keptBytes
  if (original !== undefined && isHarmless && isSmall) return original
  const rewritten = serializeEnvelope({ header: envelope.header, items: kept })
  return { encoding: 'identity', body: Buffer.from(rewritten) }
}

/** The id that the answer carries: that of the first event, or of the event that the items belong to. */
export function envelopeEventId({ header, items }: Envelope): string | undefined {
  if (header.event_id !== undefined) return header.event_id
  const event = items.find(({ header }) => header.type === 'event')
  if (event !== undefined) return payloadEventId(event.payload) ?? newEventId()
  return items.some(({ header }) => itemType(header.type).needsEventId) ? newEventId() : undefined
}

/** The only place where intake parses an event: SDKs that leave the header's id out are rare. */
function payloadEventId(payload: Uint8Array): string | undefined {
  try {
    const event: unknown = JSON.parse(Buffer.from(payload).toString('utf8'))
    return parseEventId((event as { event_id?: unknown } | null)?.event_id)
  } catch {
    // Broken JSON ends as invalid when it is digested; an id that is none is replaced.
    return undefined
  }
}

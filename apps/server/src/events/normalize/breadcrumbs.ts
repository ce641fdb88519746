import type { Breadcrumb } from '@mayday/protocol/event'
import {
  MAX_BREADCRUMB_DATA_BYTES,
  MAX_BREADCRUMB_MESSAGE_CHARS,
  MAX_BREADCRUMBS,
} from '@mayday/protocol/limits'
import { bag } from './bag.ts'
import { lenientText, members, type Raw, text } from './fields.ts'
import { parseLevel } from './level.ts'
import type { Notes } from './notes.ts'
import { parseTimestamp } from './timestamps.ts'

const MAX_NAME_CHARS = 128

/** The newest ones. `drift`: seconds to add to their times. */
export function breadcrumbs(value: unknown, drift: number, notes: Notes): Breadcrumb[] {
  notes.enter('breadcrumbs')
  notes.enter('values')
  const all = members(value, notes)
  if (all.length > MAX_BREADCRUMBS) notes.add('value_too_long')
  const kept: Breadcrumb[] = []
  for (let i = Math.max(0, all.length - MAX_BREADCRUMBS); i < all.length; i++) {
    notes.enter(i)
    kept.push(breadcrumbOf(all[i]!, drift, notes))
    notes.leave()
  }
  notes.leave()
  notes.leave()
  return kept
}

function breadcrumbOf(raw: Raw, drift: number, notes: Notes): Breadcrumb {
  const breadcrumb: Breadcrumb = {}
  if (raw.timestamp !== undefined && raw.timestamp !== null) {
    const timestamp = parseTimestamp(raw.timestamp)
    if (timestamp === undefined) notes.add('invalid_data', 'timestamp', raw.timestamp)
    else breadcrumb.timestamp = timestamp + drift
  }
  const type = text(raw, 'type', MAX_NAME_CHARS, notes) ?? text(raw, 'ty', MAX_NAME_CHARS, notes)
  if (type) breadcrumb.type = type
  const category = text(raw, 'category', MAX_NAME_CHARS, notes)
  if (category) breadcrumb.category = category
  breadcrumb.level = parseLevel(raw.level, 'info', notes)
  const message = lenientText(raw, 'message', MAX_BREADCRUMB_MESSAGE_CHARS, notes)
  if (message) breadcrumb.message = message
  const data = bag(raw, 'data', MAX_BREADCRUMB_DATA_BYTES, notes)
  if (data) breadcrumb.data = data
  return breadcrumb
}

import { createHash } from 'node:crypto'
import type { Item } from '@mayday/protocol/envelope'
import { parseEventId } from '@mayday/protocol/event-id'
import { MAX_FEEDBACK_CHARS, MAX_URL_CHARS, MAX_USER_FIELD_CHARS } from '@mayday/protocol/limits'
import { parseEventJson } from '../../events/normalize/event-json.ts'
import { isRaw, type Raw } from '../../events/normalize/fields.ts'
import { parseTimestamp } from '../../events/normalize/timestamps.ts'
import type { JournalRecord } from '../../journal/record.ts'
import { type Feedback, Rejected } from '../states.ts'
import { plainText } from './plain-text.ts'

/** Item `user_report`: what older SDKs and their crash dialog send about one event. */
export function readUserReport(record: JournalRecord, item: Item): Feedback {
  const report = parse(item)
  const eventId = idOf(report.event_id) ?? (record.eventId === '' ? null : record.eventId)
  const words = { message: report.comments, name: report.name, email: report.email }
  return {
    ...feedbackOf(record, words),
    // One for each event and text: the same report again is the same feedback.
    feedbackId: digest(`${record.projectId}:${eventId}:${words.message}:${words.email}`),
    eventId,
    source: 'user_report',
  }
}

/** Item `feedback`: an event whose context `feedback` holds what the person wrote. */
export function readFeedback(record: JournalRecord, eventId: string, item: Item): Feedback {
  const event = parse(item)
  const context = objectOf(objectOf(event.contexts).feedback)
  const user = objectOf(event.user)
  const words = {
    message: context.message,
    name: context.name ?? user.name ?? user.username,
    email: context.contact_email ?? user.email,
    url: context.url,
  }
  const occurredAt = parseTimestamp(event.timestamp)
  return {
    ...feedbackOf(record, words),
    feedbackId: idOf(event.event_id) ?? eventId,
    eventId: idOf(context.associated_event_id) ?? null,
    source: plainText(context.source, MAX_USER_FIELD_CHARS),
    ...(occurredAt === undefined ? {} : { occurredAtMs: clamp(occurredAt * 1000, record) }),
  }
}

function feedbackOf(
  { projectId, receivedAtMs }: JournalRecord,
  { message, name, email, url }: { message: unknown; name: unknown; email: unknown; url?: unknown },
): Omit<Feedback, 'feedbackId' | 'eventId' | 'source'> {
  const words = plainText(message, MAX_FEEDBACK_CHARS)
  if (words === null) throw new Rejected('invalid', 'no_data')
  return {
    projectId,
    receivedAtMs,
    occurredAtMs: receivedAtMs,
    message: words,
    name: plainText(name, MAX_USER_FIELD_CHARS),
    email: plainText(email, MAX_USER_FIELD_CHARS),
    url: plainText(url, MAX_URL_CHARS),
  }
}

function parse({ payload }: Item): Raw {
  try {
    return objectOf(parseEventJson(payload))
  } catch {
    // V8's message shows a part of the text, which must not end in a log.
    throw new Rejected('invalid', 'invalid_json')
  }
}

function objectOf(value: unknown): Raw {
  return isRaw(value) ? value : {}
}

function idOf(value: unknown): string | undefined {
  try {
    return parseEventId(value)
  } catch {
    // Missing, or no id: the feedback is about the program, not about an event.
    return undefined
  }
}

/** A clock that is wrong must not put it where nobody looks. */
function clamp(ms: number, { receivedAtMs }: JournalRecord): number {
  const monthMs = 30 * 24 * 60 * 60 * 1000
  return ms > receivedAtMs || ms < receivedAtMs - monthMs ? receivedAtMs : Math.round(ms)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

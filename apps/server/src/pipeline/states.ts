import type { Grouping } from '@mayday/grouping/group-event'
import type { DataCategory } from '@mayday/protocol/data-category'
import type { Envelope, Item } from '@mayday/protocol/envelope'
import type { EventPayload } from '@mayday/protocol/event'
import type { Outcome, Reason } from '@mayday/protocol/outcome'
import type { EventData } from '../events/event-data.ts'
import type { Tag } from '../events/event-tags.ts'
import type { JournalPosition, JournalRecord } from '../journal/record.ts'
import type { CheckInReport } from '../monitors/check-ins.ts'

/** An event on its way: each type has what the one before had and what the step in between added. */
export type Received = {
  record: JournalRecord
  envelope: Envelope
  item: Item
  /** 32 lower-case hex digits. */
  eventId: string
  /** The envelope's id is that of its first event; further ones may have their own. */
  isFirst: boolean
}

export type Normalized = Received & {
  payload: EventPayload
  /** Before this, in milliseconds since 1970, it cannot have been sent: where to look for repeats. */
  earliestMs: number
}

export type Grouped = Normalized & { grouping: Grouping }

/**
 * What the transaction needs of an event, and no more: five hundred of them wait while another
 * batch is being stored, and parsed payloads would fill the memory.
 */
export type Prepared = {
  projectId: number
  keyId: number
  category: DataCategory
  eventId: string
  receivedAtMs: number
  occurredAtMs: number
  earliestMs: number
  environment: string | null
  release: string | null
  /** Place in LEVELS. */
  level: number
  /** Bytes of the event's JSON. */
  size: number
  data: EventData
  /** Only where it is the address of the event's user. */
  clientIp: string | null
  hash: string
  algorithm: string
  problem: Problem
  tags: Tag[]
  /** Undefined for an event without a user. */
  userHash: bigint | undefined
}

/** What an issue is named and found by; columns of the table `issue`. */
export type Problem = {
  kind: string
  type: string | null
  value: string | null
  title: string
  culprit: string | null
  transaction: string | null
  filename: string | null
  function: string | null
  platform: string
  logger: string | null
  isUnhandled: boolean
}

export type Linked = Prepared & { issueId: number }

/** A file that belongs to an event, which may come before it, after it, or never. */
export type Attached = {
  projectId: number
  /** 32 lower-case hex digits. */
  eventId: string
  receivedAtMs: number
  /** As the client calls it; may hold anything. */
  name: string
  contentType: string
  /** What it is for, such as `event.attachment` or `event.minidump`. */
  kind: string
  bytes: Uint8Array
}

/** What a person says of an error, or of the program. */
export type Feedback = {
  projectId: number
  /** 32 lower-case hex digits; the same again when the same report comes again. */
  feedbackId: string
  /** The event that it is about. */
  eventId: string | null
  receivedAtMs: number
  occurredAtMs: number
  message: string
  name: string | null
  email: string | null
  url: string | null
  /** What it was sent by, such as `widget` or `api`. */
  source: string | null
}

/** An event is refused for good: normal, counted, no fault of ours. Caught in `event-flow.ts` only. */
export class Rejected extends Error {
  override readonly name = 'Rejected'
  readonly outcome: Outcome
  readonly reason: Reason

  constructor(outcome: Outcome, reason: Reason) {
    super(`${outcome}: ${reason}`)
    this.outcome = outcome
    this.reason = reason
  }
}

/** So many items of one record that ended in the same way. */
export type ItemOutcome = {
  outcome: Outcome
  reason: Reason | ''
  category: DataCategory
  quantity: number
}

/** A record of the journal after the pure steps. */
export type PreparedRecord = {
  record: JournalRecord
  /** Where the journal goes on behind it. */
  end: JournalPosition
  events: Prepared[]
  attached: Attached[]
  feedback: Feedback[]
  checkIns: CheckInReport[]
  /** Of the items that are no events to store. */
  outcomes: ItemOutcome[]
  /** Why it cannot be digested; it goes to the dead letters. */
  poison: string | undefined
}

/** What one transaction stores. */
export type Batch = {
  journal: string
  /** Where the cursor stands before and after; undefined before the first batch of all. */
  from: JournalPosition | undefined
  end: JournalPosition
  records: PreparedRecord[]
}

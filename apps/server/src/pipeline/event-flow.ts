import { itemType } from '@mayday/protocol/item-types'
import type { Statements } from '../db/sql.ts'
import { advanceCursor } from './process/advance-cursor.ts'
import { readClientReport } from './process/client-report.ts'
import { countHours } from './process/count-hours.ts'
import { countTags } from './process/count-tags.ts'
import { dropDuplicates } from './process/drop-duplicates.ts'
import { dropEmptyIssues } from './process/drop-empty-issues.ts'
import { dropGoneProjects } from './process/drop-gone-projects.ts'
import { group } from './process/group.ts'
import { keepDeadLetters } from './process/keep-dead-letters.ts'
import { linkIssues } from './process/link-issues.ts'
import { OVERFLOW_HASH } from './process/link-overflow.ts'
import { linkReleases } from './process/link-releases.ts'
import { normalize } from './process/normalize.ts'
import { prepare } from './process/prepare.ts'
import { readAttachment } from './process/read-attachment.ts'
import { readCheckIn } from './process/read-check-in.ts'
import { readFeedback, readUserReport } from './process/read-feedback.ts'
import { type Parts, receive } from './process/receive.ts'
import { recordOutcomes } from './process/record-outcomes.ts'
import { storeAttachments } from './process/store-attachments.ts'
import { storeCheckIns } from './process/store-check-ins.ts'
import { storeEvents } from './process/store-events.ts'
import { storeFeedback } from './process/store-feedback.ts'
import { updateIssues } from './process/update-issues.ts'
import {
  type Batch,
  type ItemOutcome,
  type Prepared,
  type PreparedRecord,
  Rejected,
} from './states.ts'

/**
 * The life of an event, digest half. (The request half is `intake.ts`; the journal lies between.)
 *
 * First half: the pure steps, record by record. Nothing is written, nothing is thrown; an item that
 * a step rejects ends in an outcome, and any other fault makes the record poison.
 */
export function prepareRecord(read: ReadRecord): PreparedRecord {
  const { record } = read
  const prepared: PreparedRecord = { ...read, ...nothing() }
  const itemCount = Math.max(1, record.events)
  try {
    const parts = orOutcome(prepared, { ...REJECTED_EVENT, quantity: itemCount }, () =>
      receive(record),
    )
    for (const received of parts?.events ?? []) {
      const { category } = itemType(received.item.header.type)
      orOutcome(prepared, { category, quantity: 1 }, () => {
        prepared.events.push(prepare(group(normalize(received))))
      })
    }
    for (const other of parts?.others ?? []) {
      const { category } = itemType(other.item.header.type)
      orOutcome(prepared, { category, quantity: 1 }, () => readOther(prepared, other))
    }
    return prepared
  } catch (error) {
    return poisoned(read, error)
  }
}

/** Items that are no events. */
function readOther(prepared: PreparedRecord, { item, eventId }: Parts['others'][number]): void {
  const { record, attached, feedback, checkIns, outcomes } = prepared
  const accepted = (quantity = 1) => {
    const { category } = itemType(item.header.type)
    outcomes.push({ outcome: 'accepted', reason: '', category, quantity })
  }
  switch (item.header.type) {
    case 'client_report':
      outcomes.push(...readClientReport(item))
      break
    case 'attachment':
      attached.push(readAttachment(record, eventId, item))
      accepted()
      break
    case 'user_report':
      feedback.push(readUserReport(record, item))
      accepted()
      break
    case 'feedback':
      feedback.push(readFeedback(record, eventId, item))
      accepted()
      break
    case 'check_in':
      checkIns.push(readCheckIn(record, item))
  }
}

function nothing(): Omit<PreparedRecord, 'record' | 'end'> {
  return {
    events: [],
    attached: [],
    feedback: [],
    checkIns: [],
    outcomes: [],
    poison: undefined,
  }
}

/** A record as the journal's reader gives it. */
export type ReadRecord = Pick<PreparedRecord, 'record' | 'end'>

/** What one transaction did. */
export type BatchResult = {
  stored: number
  repeats: number
  rejected: number
  deadLetters: number
  /** Projects that are gone, whose records were dropped. */
  gone: number[]
  /** Projects that had events beyond the limit of new issues. */
  overflowing: number[]
}

/**
 * Second half: one transaction for the whole batch, to be opened by the caller. Safe to run twice:
 * the cursor of the journal moves in it too. The order is also the order of all locks.
 *
 * @throws CursorMoved when the records were stored before; IssueGone when it is to be tried again
 */
export async function storeBatch(database: Statements, batch: Batch): Promise<BatchResult> {
  await advanceCursor(database, batch)
  const { kept: records, gone } = await dropGoneProjects(database, batch.records)
  const events = records.flatMap((record) => record.events)
  const sifted = await dropDuplicates(database, events)
  const { linked, repeats, created } = await linkIssues(database, sifted.fresh)
  const { stored, repeats: repeatsOfToday } = await storeEvents(database, linked)
  const allRepeats = [...sifted.repeats, ...repeats, ...repeatsOfToday]
  await dropEmptyIssues(database, created, stored)
  await linkReleases(database, stored)
  await updateIssues(database, stored)
  await countHours(database, stored)
  await countTags(database, stored)
  await storeAttachments(
    database,
    records.flatMap(({ attached }) => attached),
  )
  await storeFeedback(
    database,
    records.flatMap(({ feedback }) => feedback),
    stored,
  )
  const ends = [...records, ...(await storeCheckIns(database, records))]
  await recordOutcomes(database, { stored, repeats: allRepeats, records: ends })
  const deadLetters = await keepDeadLetters(database, records)
  const overflowing = [...new Set(stored.filter(isOverflow).map(({ projectId }) => projectId))]
  const rejected = records.flatMap(({ outcomes }) => outcomes).filter(isRejection).length
  return {
    stored: stored.length,
    repeats: allRepeats.length,
    rejected,
    deadLetters,
    gone,
    overflowing,
  }
}

/** The record as a dead letter. */
export function poisoned({ record, end }: ReadRecord, error: unknown): PreparedRecord {
  const quantity = Math.max(1, record.events)
  return {
    ...nothing(),
    record,
    end,
    outcomes: [{ outcome: 'invalid', reason: 'dead_letter', category: 'error', quantity }],
    poison: describe(error),
  }
}

const MAX_ERROR_CHARS = 4096
type Rejection = Pick<ItemOutcome, 'category' | 'quantity'>
const REJECTED_EVENT: Rejection = { category: 'error', quantity: 1 }

/** The one place that catches what steps reject. */
function orOutcome<T>(
  prepared: PreparedRecord,
  rejection: Rejection,
  step: () => T,
): T | undefined {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    const { outcome, reason } = error
    prepared.outcomes.push({ outcome, reason, ...rejection })
    return undefined
  }
}

function isRejection({ outcome, reason }: ItemOutcome): boolean {
  return outcome === 'invalid' && reason !== 'dead_letter'
}

function isOverflow({ hash }: Prepared): boolean {
  return hash === OVERFLOW_HASH
}

function describe(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return text.slice(0, MAX_ERROR_CHARS).replaceAll('\0', '\ufffd')
}

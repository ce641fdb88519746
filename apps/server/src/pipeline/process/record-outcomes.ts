import type { Statements } from '../../db/sql.ts'
import { addOutcomes, type OutcomeRow } from '../../outcomes/outcomes.ts'
import type { ItemOutcome, Prepared, PreparedRecord } from '../states.ts'
import { OVERFLOW_HASH } from './link-overflow.ts'

type Ends = {
  stored: readonly Prepared[]
  repeats: readonly Prepared[]
  records: readonly Pick<PreparedRecord, 'record' | 'outcomes'>[]
}

/** Books the end of every item of the batch, by the hour in which it was received. */
export async function recordOutcomes(
  database: Statements,
  { stored, repeats, records }: Ends,
): Promise<void> {
  await addOutcomes(database, [
    ...stored.map((event) => rowOf(event, { ...acceptedAs(event), category: event.category })),
    ...repeats.map((event) => rowOf(event, { ...DUPLICATE, category: event.category })),
    ...records.flatMap(({ record, outcomes }) => {
      return outcomes.map((outcome) => rowOf(record, outcome))
    }),
  ])
}

type Source = { projectId: number; keyId: number; receivedAtMs: number }

const ACCEPTED: ItemOutcome = { outcome: 'accepted', reason: '', category: 'error', quantity: 1 }
const DUPLICATE: ItemOutcome = { ...ACCEPTED, outcome: 'filtered', reason: 'duplicate' }

function acceptedAs({ hash }: Prepared): ItemOutcome {
  return hash === OVERFLOW_HASH ? { ...ACCEPTED, reason: 'new_issue_limit' } : ACCEPTED
}

function rowOf(
  { projectId, keyId, receivedAtMs }: Source,
  { outcome, reason, category, quantity }: ItemOutcome,
): OutcomeRow {
  const hour = new Date(receivedAtMs)
  return { projectId, keyId, hour, outcome, reason, category, n: quantity }
}

import type { Statements } from '../../db/sql.ts'
import { bookCheckIn } from '../../monitors/check-ins.ts'
import type { ItemOutcome, PreparedRecord } from '../states.ts'

const ACCEPTED: ItemOutcome = { outcome: 'accepted', reason: '', category: 'monitor', quantity: 1 }
const TOO_MANY: ItemOutcome = { ...ACCEPTED, outcome: 'rate_limited', reason: 'quota' }

/** Books the check-ins one after the other, since each may end what the one before has begun. */
export async function storeCheckIns(
  database: Statements,
  records: readonly PreparedRecord[],
): Promise<Pick<PreparedRecord, 'record' | 'outcomes'>[]> {
  const ends: Pick<PreparedRecord, 'record' | 'outcomes'>[] = []
  for (const { record, checkIns } of records) {
    for (const checkIn of checkIns) {
      const isBooked = await bookCheckIn(database, checkIn)
      ends.push({ record, outcomes: [isBooked ? ACCEPTED : TOO_MANY] })
    }
  }
  return ends
}

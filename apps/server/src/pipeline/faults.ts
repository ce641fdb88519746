import pg from 'pg'
import { DatabaseAway } from '../db/connection.ts'
import { CursorMoved } from './process/advance-cursor.ts'
import { IssueGone } from './process/update-issues.ts'

const FOREIGN_KEY_VIOLATION = '23503'
/** First two digits of SQLSTATE: data exception, integrity violation, limit exceeded, raised by a trigger. */
const DATA_CLASSES = new Set(['22', '23', '54', 'P0'])

/**
 * Why a batch was not stored, which says what to do: `stale` reads the cursor and goes on at once,
 * `data` looks for the record that is at fault, `away` waits and tries the same again.
 *
 * Only what is sure to come from the data counts as such: taking an outage for it would turn every
 * event into a dead letter. What our own code throws is sure too, since it is the same every time.
 */
export function faultOf(error: unknown): 'stale' | 'data' | 'away' {
  if (error instanceof CursorMoved || error instanceof IssueGone) return 'stale'
  if (error instanceof DatabaseAway) return 'away'
  if (error instanceof pg.DatabaseError) {
    if (error.code === FOREIGN_KEY_VIOLATION) return 'stale'
    return DATA_CLASSES.has(error.code?.slice(0, 2) ?? '') ? 'data' : 'away'
  }
  const isFromSystem = error instanceof Error && 'code' in error
  return isFromSystem ? 'away' : 'data'
}

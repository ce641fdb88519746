import { byteaArray, int4Array, textArray, timestamptzArray } from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import { encodeFrame } from '../../journal/record-frame.ts'
import { MARKER_BYTES } from '../../journal/segment.ts'
import type { PreparedRecord } from '../states.ts'

/** A record outside of a segment needs no marker of its own. */
const NO_MARKER = Buffer.alloc(MARKER_BYTES)

/** Keeps what could not be digested, as it stood in the journal, with the reason. */
export async function keepDeadLetters(
  database: Statements,
  records: readonly PreparedRecord[],
): Promise<number> {
  const poisoned = records.filter(({ poison }) => poison !== undefined)
  if (poisoned.length === 0) return 0
  await sql(
    database,
    `insert into dead_letter (project_id, event_id, received_at, error, record)
     select project_id, event_id::uuid, received_at, error, record
     from unnest($1::int[], $2::text[], $3::timestamptz[], $4::text[], $5::bytea[])
       as u(project_id, event_id, received_at, error, record)`,
    [
      int4Array(poisoned.map(({ record }) => record.projectId)),
      textArray(poisoned.map(({ record }) => record.eventId || null)),
      timestamptzArray(poisoned.map(({ record }) => record.receivedAtMs)),
      textArray(poisoned.map(({ poison }) => poison!)),
      byteaArray(poisoned.map(({ record }) => Buffer.concat(encodeFrame(record, NO_MARKER)))),
    ],
  )
  return poisoned.length
}

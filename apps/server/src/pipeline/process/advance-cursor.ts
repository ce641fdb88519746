import { type Statements, sql } from '../../db/sql.ts'
import type { Batch } from '../states.ts'

/** Another digest, or an earlier try whose answer got lost, has stored these records already. */
export class CursorMoved extends Error {
  override readonly name = 'CursorMoved'
}

/**
 * Stores how far the journal is digested, in the transaction that stores what was read. Comes first:
 * whoever else would store the same records waits here, and is then told so.
 */
export async function advanceCursor(
  database: Statements,
  { journal, from, end }: Pick<Batch, 'journal' | 'from' | 'end'>,
): Promise<void> {
  const moved = from
    ? await sql(
        database,
        `update journal_cursor set segment = $2, position = $3, updated_at = now()
         where journal = $1 and segment = $4 and position = $5 returning journal`,
        [journal, end.segment, end.position, from.segment, from.position],
      )
    : await sql(
        database,
        `insert into journal_cursor (journal, segment, position) values ($1, $2, $3)
         on conflict (journal) do nothing returning journal`,
        [journal, end.segment, end.position],
      )
  if (moved.length === 0) throw new CursorMoved('The journal was digested beyond this already')
}

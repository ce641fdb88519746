import { createHash } from 'node:crypto'
import { type Statements, sql } from '../../db/sql.ts'
import type { Attached } from '../states.ts'

/**
 * Stores the files, one by one since each may be large. The same file of the same event again, as a
 * client's second try brings it, is not stored again.
 */
export async function storeAttachments(
  database: Statements,
  attached: readonly Attached[],
): Promise<void> {
  for (const one of attached) {
    await sql(database, INSERT, [
      one.projectId,
      one.eventId,
      digestOf(one),
      new Date(one.receivedAtMs),
      one.name,
      one.contentType,
      one.kind,
      one.bytes.length,
      Buffer.from(one.bytes.buffer, one.bytes.byteOffset, one.bytes.length),
    ])
  }
}

const INSERT = `
insert into attachment
  (project_id, event_id, digest, received_at, name, content_type, kind, size, data)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict on constraint uq_attachment_digest do nothing`

function digestOf({ name, kind, bytes }: Attached): Buffer {
  return createHash('sha256').update(`${kind}\0${name}\0`).update(bytes).digest()
}

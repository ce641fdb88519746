import {
  byteaArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestamptzArray,
  uuidArray,
} from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import type { Linked } from '../states.ts'
import { eventKey } from './drop-duplicates.ts'

/** Larger statements take longer for each row. */
const MAX_STATEMENT_BYTES = 1024 * 1024

export type StoredEvents = { stored: Linked[]; repeats: Linked[] }

/**
 * Inserts the rows. Where the day's leaf has one with the same id and project already, that one
 * stays and the event counts as a repeat. Sorted by id, so that two digests with the same events
 * wait for each other in one order.
 */
export async function storeEvents(
  database: Statements,
  events: readonly Linked[],
): Promise<StoredEvents> {
  const sorted = [...events].sort((a, b) => (a.eventId < b.eventId ? -1 : 1))
  const inserted = new Set<string>()
  for (const part of inParts(sorted)) {
    for (const key of await insert(database, part)) inserted.add(key)
  }
  const result: StoredEvents = { stored: [], repeats: [] }
  for (const event of events) {
    const list = inserted.has(eventKey(event)) ? result.stored : result.repeats
    list.push(event)
  }
  return result
}

function* inParts(events: readonly Linked[]): Generator<Linked[]> {
  let part: Linked[] = []
  let bytes = 0
  for (const event of events) {
    if (part.length > 0 && bytes + event.data.data.length > MAX_STATEMENT_BYTES) {
      yield part
      part = []
      bytes = 0
    }
    part.push(event)
    bytes += event.data.data.length
  }
  if (part.length > 0) yield part
}

async function insert(database: Statements, events: readonly Linked[]): Promise<string[]> {
  const rows = await sql<{ eventId: string; projectId: number }>(
    database,
    `insert into event (event_id, project_id, issue_id, received_at, occurred_at, environment,
       release, level, client_ip, size, encoding, data)
     select * from unnest($1::uuid[], $2::int[], $3::bigint[], $4::timestamptz[],
       $5::timestamptz[], $6::text[], $7::text[], $8::smallint[], $9::text[], $10::int[],
       $11::smallint[], $12::bytea[])
     on conflict do nothing
     returning replace(event_id::text, '-', '') as "eventId", project_id as "projectId"`,
    [
      uuidArray(events.map(({ eventId }) => eventId)),
      int4Array(events.map(({ projectId }) => projectId)),
      int8Array(events.map(({ issueId }) => issueId)),
      timestamptzArray(events.map(({ receivedAtMs }) => receivedAtMs)),
      timestamptzArray(events.map(({ occurredAtMs }) => occurredAtMs)),
      textArray(events.map(({ environment }) => environment)),
      textArray(events.map(({ release }) => release)),
      int2Array(events.map(({ level }) => level)),
      textArray(events.map(({ clientIp }) => clientIp)),
      int4Array(events.map(({ size }) => size)),
      int2Array(events.map(({ data }) => data.encoding)),
      byteaArray(events.map(({ data }) => data.data)),
    ],
  )
  return rows.map(eventKey)
}

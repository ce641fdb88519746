import type { Event } from '@mayday/protocol/api/events'
import { type Database, sqlOne } from '../db/sql.ts'
import { type EventRow, eventOf } from './event-view.ts'
import { neighboursOf, type OfIssue } from './events.queries.ts'

/** An event may be received an hour before it says it happened, if the sender's clock is fast. */
const CLOCK_TOLERANCE_MS = 3_600_000

/** The issue's events, with the moment before which none can have been received. */
export function eventsOfIssue(
  issueId: string,
  firstSeen: Date | string,
  environments: readonly string[] = [],
): OfIssue {
  const since = new Date(new Date(firstSeen).getTime() - CLOCK_TOLERANCE_MS)
  return { issueId, since, environments }
}

/** A stored event with its neighbours, in the web API's shape. */
export async function showEvent(
  database: Database,
  row: EventRow,
  ofIssue?: OfIssue,
): Promise<Event> {
  const place = ofIssue ?? (await issueOfEvent(database, row))
  return eventOf(row, await neighboursOf(database, place, row))
}

async function issueOfEvent(database: Database, { issueId }: EventRow): Promise<OfIssue> {
  const issue = await sqlOne<{ firstSeen: Date }>(
    database,
    'select first_seen as "firstSeen" from issue where id = $1',
    [issueId],
  )
  return eventsOfIssue(issueId, issue?.firstSeen ?? new Date(0))
}

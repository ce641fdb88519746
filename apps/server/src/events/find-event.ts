import type { EventLocation } from '@mayday/protocol/api/events'
import type { Database } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { eventsByPrefix } from './events.queries.ts'

const FEWEST_DIGITS = 8

/** An event id without dashes, in lower case; undefined when it is none. */
export function parseEventId(text: string): string | undefined {
  const id = text.replaceAll('-', '').toLowerCase()
  return /^[0-9a-f]{32}$/.test(id) ? id : undefined
}

/**
 * The event of an error id that a person was shown, or of its beginning.
 * @throws AppError `not_found` that says why there is none
 */
export async function findByErrorId(
  database: Database,
  organizationIds: readonly number[],
  text: string,
  retentionDays: number,
): Promise<EventLocation> {
  const prefix = text.trim().replaceAll('-', '').toLowerCase()
  if (!/^[0-9a-f]{1,32}$/.test(prefix)) {
    throw new AppError(
      'not_found',
      'This is no error id: one has 32 characters, the digits 0-9 and the letters a-f.',
    )
  }
  if (prefix.length < FEWEST_DIGITS) {
    throw new AppError('not_found', `Give at least the first ${FEWEST_DIGITS} characters.`)
  }
  const [found, another] = await eventsByPrefix(database, organizationIds, prefix)
  if (!found) {
    throw new AppError(
      'not_found',
      `No event with this error id is stored in your projects. It may still be on its way, may never have been sent or have been refused, or is older than the ${retentionDays} days that events are kept.`,
    )
  }
  // The same event may have been sent to two projects.
  if (another && another.eventId !== found.eventId) {
    throw new AppError('not_found', 'Several events begin like this: give more characters.')
  }
  return found
}

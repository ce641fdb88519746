import { uuidArray } from '../../db/binary-array.ts'
import { type Statements, sql } from '../../db/sql.ts'
import { startOfDayMs } from '../../events/partitions.ts'
import type { Prepared } from '../states.ts'

/** Repeats are looked for this far back; an event's own time cannot be older either. */
const MAX_LOOK_BACK_MS = 30 * 24 * 60 * 60 * 1000
const DAY_MS = 24 * 60 * 60 * 1000

export type Sifted = { fresh: Prepared[]; repeats: Prepared[] }

/**
 * Takes out events whose id was stored on an earlier day, or comes twice in the batch. A repeat on
 * the same day drops out later, at the leaf's unique index, at no cost.
 */
export async function dropDuplicates(
  database: Statements,
  events: readonly Prepared[],
): Promise<Sifted> {
  const once = dropRepeatsWithin(events)
  const late = once.fresh.filter(({ earliestMs, receivedAtMs }) => {
    return earliestMs < startOfDayMs(receivedAtMs)
  })
  if (late.length === 0) return once
  // Up to the day of receipt: later leaves cannot hold an earlier copy.
  const stored = await findStored(database, late, {
    fromMs: Math.min(...late.map(earliestLookedAt)),
    untilMs: Math.max(...late.map(({ receivedAtMs }) => startOfDayMs(receivedAtMs))),
  })
  return sift(once, (event) => stored.has(eventKey(event)))
}

/** As `dropDuplicates`, among the events of the same day: before one may open an issue. */
export async function dropStoredToday(
  database: Statements,
  events: readonly Prepared[],
): Promise<Sifted> {
  const days = events.map(({ receivedAtMs }) => startOfDayMs(receivedAtMs))
  const stored = await findStored(database, events, {
    fromMs: Math.min(...days),
    untilMs: Math.max(...days) + DAY_MS,
  })
  return sift({ fresh: [...events], repeats: [] }, (event) => stored.has(eventKey(event)))
}

export function eventKey({ projectId, eventId }: { projectId: number; eventId: string }): string {
  return `${projectId}:${eventId}`
}

function dropRepeatsWithin(events: readonly Prepared[]): Sifted {
  const seen = new Set<string>()
  return sift({ fresh: [...events], repeats: [] }, (event) => {
    const key = eventKey(event)
    return seen.size === seen.add(key).size
  })
}

function sift({ fresh, repeats }: Sifted, isRepeat: (event: Prepared) => boolean): Sifted {
  const sifted: Sifted = { fresh: [], repeats: [...repeats] }
  for (const event of fresh) (isRepeat(event) ? sifted.repeats : sifted.fresh).push(event)
  return sifted
}

function earliestLookedAt({ earliestMs, receivedAtMs }: Prepared): number {
  return startOfDayMs(Math.max(earliestMs, receivedAtMs - MAX_LOOK_BACK_MS))
}

async function findStored(
  database: Statements,
  events: readonly Prepared[],
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): Promise<Set<string>> {
  const rows = await sql<{ eventId: string; projectId: number }>(
    database,
    `select replace(event_id::text, '-', '') as "eventId", project_id as "projectId"
     from event
     where event_id = any ($1::uuid[]) and received_at >= $2 and received_at < $3`,
    [uuidArray(events.map(({ eventId }) => eventId)), new Date(fromMs), new Date(untilMs)],
  )
  return new Set(rows.map(eventKey))
}

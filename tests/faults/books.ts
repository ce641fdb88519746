import pg from 'pg'
import type { RunningServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import type { Load } from './load.ts'

/** After a fault there is a backlog, and the tests of other files run beside it. */
const DIGEST_PATIENCE_MS = 120_000

/** What does not add up between what clients were told and what is stored. */
export type Findings = {
  /** Accepted, and not there. */
  lost: string[]
  /** There more than once. */
  doubled: string[]
  /** There, and never sent. */
  invented: string[]
  /** Counts that disagree with the stored events, one sentence each. */
  miscounted: string[]
}

type Notes = Pick<Load, 'accepted' | 'sent' | 'requests'>

export const NOTHING: Findings = { lost: [], doubled: [], invented: [], miscounted: [] }

/** Resolves when everything that was accepted is digested. */
export async function whenDigested({ mayday }: Pick<RunningServer, 'mayday'>): Promise<void> {
  await waitUntil(
    async () => {
      const { database, journal } = JSON.parse((await mayday('doctor', '--json')).stdout)
      return database.reachable && journal.pendingEvents === 0
    },
    'all is digested',
    DIGEST_PATIENCE_MS,
  )
}

/** Holds the notes of the clients against the database. */
export async function compareBooks(load: Notes, database: pg.ClientConfig): Promise<Findings> {
  const client = new pg.Client(database)
  await client.connect()
  try {
    return await compareWith(client, load)
  } finally {
    await client.end()
  }
}

/** As `compareBooks`, within a transaction of the caller if he likes. */
export async function compareWith(client: pg.Client, load: Notes): Promise<Findings> {
  const { rows } = await client.query<{ id: string; n: number }>(
    "select replace(event_id::text, '-', '') as id, count(*)::int as n from event group by 1",
  )
  const stored = new Set(rows.map(({ id }) => id))
  return {
    lost: [...load.accepted.keys()].filter((id) => !stored.has(id)),
    doubled: rows.filter(({ n }) => n > 1).map(({ id }) => id),
    invented: rows.filter(({ id }) => !load.sent.has(id)).map(({ id }) => id),
    miscounted: [...(await wrongCounts(client)), ...(await wrongOutcomes(client, load))],
  }
}

/** Each statement gives one row for every count that is wrong. */
const COUNTS: Record<string, string> = {
  'events of an issue': `
    select i.id, i.times_seen as counted, count(e.event_id) as stored
    from issue i left join event e on e.issue_id = i.id
    group by i.id having i.times_seen <> count(e.event_id)`,
  'events of an issue by hour and environment': `
    select issue_id as id, h.n as counted, e.n as stored
    from issue_hour h full join (
      select issue_id, date_trunc('hour', received_at) as hour,
        coalesce(environment, '') as environment, count(*) as n
      from event group by 1, 2, 3
    ) e using (issue_id, hour, environment)
    where h.n is distinct from e.n`,
  'events of a project': `
    select p.id, (select sum(n) from project_hour where project_id = p.id) as counted,
      (select count(*) from event where project_id = p.id) as stored
    from project p
    where coalesce((select sum(n) from project_hour where project_id = p.id), 0)
      <> (select count(*) from event where project_id = p.id)`,
  'tags of an issue': `
    select i.id, (select sum(n) from issue_tag t where t.issue_id = i.id and key = 'shelf') as counted,
      i.times_seen as stored
    from issue i
    where i.times_seen
      <> (select coalesce(sum(n), 0) from issue_tag t where t.issue_id = i.id and key = 'shelf')`,
  'users of an issue': `
    select i.id, i.users_seen as counted, count(u.user_hash) as stored
    from issue i left join issue_user u on u.issue_id = i.id
    group by i.id having i.users_seen <> count(u.user_hash)`,
  'accepted events': `
    select p.id, (select sum(n) from outcome_hour where project_id = p.id and outcome = 'accepted')
      as counted, (select count(*) from event where project_id = p.id) as stored
    from project p
    where coalesce(
        (select sum(n) from outcome_hour where project_id = p.id and outcome = 'accepted'), 0)
      <> (select count(*) from event where project_id = p.id)`,
  'dead letters': 'select id, 1 as counted, 0 as stored from dead_letter',
}

async function wrongCounts(client: pg.Client): Promise<string[]> {
  const wrong: string[] = []
  for (const [what, statement] of Object.entries(COUNTS)) {
    const { rows } = await client.query(statement)
    wrong.push(...rows.map((row) => `${what} ${row.id}: ${row.counted}, not ${row.stored}`))
  }
  return wrong
}

/** Every request ends in one outcome; one without an answer may have arrived or not. */
async function wrongOutcomes(client: pg.Client, { accepted, requests }: Notes): Promise<string[]> {
  const { rows } = await client.query<{ outcome: string; reason: string; n: number }>(
    'select outcome, reason, sum(n)::int as n from outcome_hour group by 1, 2',
  )
  const other = rows.filter((row) => {
    return row.outcome !== 'accepted' && `${row.outcome} ${row.reason}` !== 'filtered duplicate'
  })
  const booked = rows.reduce((sum, { n }) => sum + n, 0)
  const answered = [...accepted.values()].reduce((sum, n) => sum + n, 0)
  return [
    ...other.map(({ outcome, reason, n }) => `${n} events ended as ${outcome} (${reason})`),
    ...(booked < answered ? [`${booked} outcomes for ${answered} answers`] : []),
    ...(booked > requests ? [`${booked} outcomes for ${requests} requests`] : []),
  ]
}

import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { digestAll, waitFor } from '../../test/digest-until.ts'
import { makeTenant } from '../../test/factories.ts'
import { JournalOf, recordOf, recordWith } from '../../test/journal-of.ts'
import { sql, sqlOne } from '../db/sql.ts'
import { decodeFrame } from '../journal/record-frame.ts'
import { Digest } from './digest.ts'

let postgres: TestDatabase
let projectId: number
let journal: JournalOf

beforeAll(async () => {
  postgres = await createTestDatabase()
  // Stands for whatever the database may find wrong with one event.
  await sql(
    postgres.database,
    `create function refuse() returns trigger language plpgsql as $$ begin
       raise exception 'this event is refused' using errcode = '22000'; end $$`,
  )
  await sql(
    postgres.database,
    `create trigger refuse before insert on event for each row
     when (new.environment = 'poison') execute function refuse()`,
  )
})
afterAll(() => postgres.drop())
beforeEach(async () => {
  projectId = (await makeTenant(postgres.database)).projectId
  journal = new JournalOf()
})

const counts = () =>
  sqlOne<Record<string, number>>(
    postgres.database,
    `select (select count(*) from event where project_id = $1)::int as events,
       (select coalesce(sum(times_seen), 0) from issue where project_id = $1)::int as seen,
       (select coalesce(sum(n), 0) from project_hour where project_id = $1)::int as hours,
       (select coalesce(sum(n), 0) from outcome_hour
         where project_id = $1 and outcome = 'accepted')::int as accepted,
       (select coalesce(sum(n), 0) from outcome_hour
         where project_id = $1 and reason = 'dead_letter')::int as dead,
       (select coalesce(sum(n), 0) from outcome_hour
         where project_id = $1 and outcome = 'client_discard')::int as discarded`,
    [projectId],
  )

test('a poison event becomes a dead letter and the others are stored', async () => {
  for (let i = 0; i < 30; i++) {
    journal.add(recordOf(projectId, i % 10 === 5 ? { environment: 'poison' } : {}))
  }
  const discarded_events = [{ reason: 'sample_rate', category: 'error', quantity: 2 }]
  journal.add(recordWith(projectId, [['client_report', { discarded_events }]]))
  const { digest, lines } = await digestAll(postgres.url, journal)
  expect(await counts()).toEqual({
    events: 27,
    seen: 27,
    hours: 27,
    accepted: 27,
    dead: 3,
    discarded: 2,
  })
  expect(digest.progress).toMatchObject({ digested: 27, deadLetters: 3 })
  expect(lines.filter(({ level }) => level === 'error')).toHaveLength(3)
  const [letter] = await sql<{ error: string; record: Buffer }>(
    postgres.database,
    'select error, record from dead_letter where project_id = $1 order by id',
    [projectId],
  )
  expect(letter?.error).toContain('this event is refused')
  const frame = decodeFrame(letter!.record, 0, Buffer.alloc(8))
  expect(frame).toMatchObject({ state: 'whole', record: journal.records[5] })
})

test('a record that has stopped the thread three times becomes a dead letter', async () => {
  journal.add(recordOf(projectId), recordOf(projectId))
  const strikes = { '7:1': 3, '7:2': 2 }
  const log = () => {}
  const digest = new Digest({ databaseUrl: postgres.url, reader: journal, log, strikes })
  const running = digest.run()
  await waitFor(() => journal.released?.position === 2)
  digest.stop()
  await running
  expect(await counts()).toMatchObject({ events: 1, dead: 1 })
})

test('sessions that are ended again and again cost no event and double none', async () => {
  for (let i = 0; i < 1_500; i++) {
    journal.add(recordOf(projectId, { exception: { type: 'E', value: `v${i % 50}` } }))
  }
  const digesting = digestAll(postgres.url, journal)
  let isDone = false
  let ended = 0
  void digesting.then(() => {
    isDone = true
  })
  await waitFor(async () => {
    const killed = await sql(
      postgres.database,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'mayday digest' and datname = current_database()
         and (state = 'active' or state like 'idle in transaction%')`,
    )
    ended += killed.length
    return isDone || ended >= 3
  })
  await digesting
  expect(ended).toBeGreaterThan(0)
  expect(await counts()).toMatchObject({
    events: 1_500,
    seen: 1_500,
    hours: 1_500,
    accepted: 1_500,
  })
}, 60_000)

test('a database that is away at the start is waited for', async () => {
  const door = await closedDoor(postgres.url)
  journal.add(recordOf(projectId))
  const lines: string[] = []
  const log = (_level: string, message: string) => lines.push(message)
  const digest = new Digest({ databaseUrl: door.url, reader: journal, log })
  const running = digest.run()
  await waitFor(() => lines.length > 0)
  door.open()
  await waitFor(() => journal.released?.position === 1)
  digest.stop()
  await running
  await door.remove()
  expect(lines).toEqual([
    'Digest waits; what is accepted stays in the journal',
    'Digest goes on: the database answers again',
  ])
  expect(await counts()).toMatchObject({ events: 1 })
})

test('an append wakes a digest that sleeps', async () => {
  const digest = new Digest({ databaseUrl: postgres.url, reader: journal, log: () => {} })
  const running = digest.run()
  for (let i = 1; i <= 5; i++) {
    journal.add(recordOf(projectId))
    digest.appended()
    await waitFor(() => digest.progress.digested === i)
  }
  digest.stop()
  await running
})

/** A way to the database whose door breaks every connection until it is opened. */
async function closedDoor(databaseUrl: string) {
  const socket = '.s.PGSQL.5432'
  const folder = await mkdtemp(join(tmpdir(), 'mayday-door-'))
  const url = new URL(databaseUrl)
  const target = join(url.searchParams.get('host') ?? '', socket)
  url.searchParams.set('host', folder)
  let isOpen = false
  const server = createServer((incoming) => {
    if (!isOpen) return void incoming.destroy()
    const outgoing = connect(target)
    incoming.on('error', () => outgoing.destroy())
    outgoing.on('error', () => incoming.destroy())
    return void incoming.pipe(outgoing).pipe(incoming)
  })
  await new Promise<void>((resolve) => server.listen(join(folder, socket), resolve))
  return {
    url: url.href,
    open: () => {
      isOpen = true
    },
    remove: async () => {
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

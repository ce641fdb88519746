import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'
import { type RunningServer, startServer } from '../support/server.ts'
import { compareWith, NOTHING, whenDigested } from './books.ts'
import { connectionTo } from './embedded-database.ts'
import { Load } from './load.ts'

let server: RunningServer
let load: Load
let client: pg.Client
beforeAll(async () => {
  server = await startServer()
  load = new Load({ dsn: server.dsn })
  await load.acceptedMore(200)
  await load.stop()
  await whenDigested(server)
  client = new pg.Client(connectionTo(server.dataDir))
  await client.connect()
}, 60_000)
afterAll(async () => {
  await client?.end()
  await load?.abandon()
  await server?.stop()
})

test('without a fault the books agree', async () => {
  expect(await compareWith(client, load)).toEqual(NOTHING)
})

test('an event that is gone is found lost, and its counts too high', async () => {
  const eventId = [...load.accepted.keys()][7] as string
  const found = await booksAfter('delete from event where event_id = $1', [eventId])
  expect(found).toMatchObject({ lost: [eventId], doubled: [], invented: [] })
  expect(found.miscounted.join('\n')).toMatch(/events of an issue .*: \d+, not \d+/)
  expect(found.miscounted.join('\n')).toMatch(/accepted events/)
})

test('an event that is stored on a second day as well is found doubled', async () => {
  const eventId = [...load.accepted.keys()][8] as string
  const found = await booksAfter(
    `insert into event select event_id, project_id, issue_id, received_at - interval '300 days',
       occurred_at, environment, release, level, client_ip, size, encoding, data
     from event where event_id = $1`,
    [eventId],
  )
  expect(found).toMatchObject({ lost: [], doubled: [eventId], invented: [] })
  expect(found.miscounted).not.toEqual([])
})

test('an event that nobody sent is found', async () => {
  const [eventId, ...others] = load.sent
  const notes = {
    accepted: new Map<string, number>(),
    sent: new Set(others),
    requests: load.requests,
  }
  const found = await compareWith(client, notes)
  expect(found).toEqual({ ...NOTHING, invented: [eventId] })
})

test.each([
  ['an issue', 'update issue set times_seen = times_seen + 1 where number = 1'],
  ['an hour of an issue', 'update issue_hour set n = n + 1'],
  ['an hour of a project', 'update project_hour set n = n + 1'],
  ['a tag', 'update issue_tag set n = n + 1'],
  ['the users', 'update issue set users_seen = users_seen + 1'],
  ['what was accepted', "update outcome_hour set n = n + 1 where outcome = 'accepted'"],
  ['the outcomes', "update outcome_hour set n = n - 1 where outcome = 'filtered'"],
  ['what was refused', "update outcome_hour set outcome = 'invalid' where outcome = 'filtered'"],
])('a wrong count of %s is found', async (_what, statement) => {
  const { miscounted, ...events } = await booksAfter(statement)
  expect(miscounted).not.toEqual([])
  expect({ ...events, miscounted: [] }).toEqual(NOTHING)
})

/** What is found after a change, which is taken back. */
async function booksAfter(statement: string, values: string[] = []) {
  await client.query('begin')
  try {
    const { rowCount } = await client.query(statement, values)
    expect(rowCount).toBeGreaterThan(0)
    return await compareWith(client, load)
  } finally {
    await client.query('rollback')
  }
}

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newEventId } from '@mayday/protocol/event-id'
import { countEverything, counted } from '../../test/count-everything.ts'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { digestAll } from '../../test/digest-until.ts'
import { makeTenant } from '../../test/factories.ts'
import { JournalOf, recordOf, recordWith } from '../../test/journal-of.ts'
import { Connection } from '../db/connection.ts'
import { sql } from '../db/sql.ts'
import { readEvent } from '../events/event-data.ts'
import { prepareRecord, storeBatch } from './event-flow.ts'

let postgres: TestDatabase
let projectId: number
let journal: JournalOf

beforeAll(async () => {
  postgres = await createTestDatabase()
})
afterAll(() => postgres.drop())
beforeEach(async () => {
  projectId = (await makeTenant(postgres.database)).projectId
  journal = new JournalOf()
})

const rows = <Row extends object>(statement: string, parameters: unknown[] = [projectId]) =>
  sql<Row>(postgres.database, statement, parameters)
const digest = (from = journal) => digestAll(postgres.url, from)
const counts = (project = projectId) => countEverything(postgres.database, project)
const failing = (value: string) => ({ exception: { values: [{ type: 'Error', value }] } })

test('same errors are one issue, different errors are different issues', async () => {
  for (let i = 0; i < 50; i++) journal.add(recordOf(projectId))
  for (const type of ['TypeError', 'RangeError']) {
    journal.add(recordOf(projectId, { exception: [{ type, value: 'v' }] }))
  }
  await digest()
  expect(await counts()).toEqual(counted(52, 3))
  const issues = await rows(
    'select number, title, times_seen from issue where project_id = $1 order by number',
  )
  expect(issues).toEqual([
    { number: 1, title: 'Error: failed', times_seen: '50' },
    { number: 2, title: 'TypeError: v', times_seen: '1' },
    { number: 3, title: 'RangeError: v', times_seen: '1' },
  ])
})

test('a batch digested again after a crash changes nothing', async () => {
  for (let i = 0; i < 20; i++) journal.add(recordOf(projectId, failing(`f${i % 3}`)))
  journal.add(clientReport(7))
  await digest()
  const before = await counts()
  const again = new JournalOf()
  again.add(...journal.records.slice(0, 20))
  await digest(again)
  expect(await counts()).toEqual({ ...before, duplicates: 20 })
  await digest()
  expect(await counts()).toEqual({ ...before, duplicates: 20 })
  expect(await discarded()).toBe(7)
})

test('what is thrown before the end of the transaction leaves nothing behind', async () => {
  const records = [recordOf(projectId), clientReport(3)].map((record, i) =>
    prepareRecord({ record, end: { segment: 7, position: i + 1 } }),
  )
  const batch = { journal: journal.id, from: undefined, end: { segment: 7, position: 2 }, records }
  const connection = await Connection.open(postgres.url, 'test')
  const crash = connection.transaction(async (within) => {
    await storeBatch(within, batch)
    throw new Error('killed')
  })
  await expect(crash).rejects.toThrow('killed')
  expect(await counts()).toEqual(counted(0, 0))
  await connection.transaction((within) => storeBatch(within, batch))
  expect(await counts()).toEqual(counted(1, 1))
  const again = connection.transaction((within) => storeBatch(within, batch))
  await expect(again).rejects.toThrow('digested beyond this already')
  connection.close()
})

test('two digests with the same new errors at once make each issue once', async () => {
  const other = new JournalOf()
  for (let i = 0; i < 400; i++) {
    const record = recordOf(projectId, failing(`f${i % 40}`))
    journal.add(record)
    // Half of them reach both, in the opposite order.
    if (i % 2 === 0) other.add(record)
    else other.add(recordOf(projectId, failing(`f${i % 40}`)))
  }
  other.records.reverse()
  const [a, b] = await Promise.all([digest(), digest(other)])
  const issues = (await rows('select 1 from issue where project_id = $1')).length
  expect(await counts()).toEqual(counted(600, issues, 200))
  const hashes = await rows<{ n: number }>(
    'select count(*)::int as n from issue_hash where project_id = $1',
  )
  expect(hashes).toEqual([{ n: issues }])
  expect([...a.lines, ...b.lines]).toEqual([])
})

test('a stored event can be read back as it was seen', async () => {
  const eventId = newEventId()
  const event = { user: { id: 7, ip_address: '{{auto}}' }, tags: { a: 'b' }, release: 'r1' }
  journal.add(recordOf(projectId, event, { eventId }))
  await digest()
  const [row] = await rows<Parameters<typeof readEvent>[0]>(
    `select event_id as "eventId", received_at as "receivedAt", client_ip as "clientIp",
       encoding, data, size from event where project_id = $1`,
  )
  expect(readEvent(row!)).toMatchObject({
    event_id: eventId,
    user: { id: '7', ip_address: '203.0.113.9' },
    tags: { a: 'b' },
    release: 'r1',
  })
})

describe('an envelope', () => {
  test('with two events stores both, under an own and a lasting id', async () => {
    const record = recordWith(
      projectId,
      [
        ['event', failing('a')],
        ['event', failing('b')],
        ['event', { ...failing('c'), event_id: 'c'.repeat(32) }],
      ],
      { eventId: newEventId() },
    )
    journal.add(record)
    await digest()
    const ids = await rows<{ event_id: string }>('select event_id from event where project_id = $1')
    expect(ids.map(({ event_id }) => event_id.replaceAll('-', ''))).toEqual(
      expect.arrayContaining([record.eventId, 'c'.repeat(32)]),
    )
    const again = new JournalOf()
    again.add(record)
    await digest(again)
    expect(await counts()).toMatchObject({ events: 3, duplicates: 3 })
  })

  test('with a client report books what the SDK dropped', async () => {
    journal.add(clientReport(4), clientReport(5))
    await digest()
    expect(await discarded()).toBe(9)
  })

  test.each<[string, string]>([
    ['invalid_json', '{"broken":'],
    ['no_data', '[1,2]'],
  ])('with a broken event ends as %s', async (reason, payload) => {
    journal.add(recordWith(projectId, [['event', payload]], { eventId: newEventId() }))
    const { digest: done } = await digest()
    expect(done.progress).toMatchObject({ digested: 0, rejected: 1 })
    expect(await rows('select outcome, reason, n from outcome_hour where project_id = $1')).toEqual(
      [{ outcome: 'invalid', reason, n: '1' }],
    )
  })
})

test('records of a deleted project are dropped and said so once', async () => {
  for (let i = 0; i < 3; i++) journal.add(recordOf(2 ** 31 - 1))
  journal.add(recordOf(projectId))
  const { lines } = await digest()
  expect(await counts()).toEqual(counted(1, 1))
  expect(lines.map(({ message }) => message)).toEqual(['Events of a deleted project are dropped'])
})

function clientReport(quantity: number) {
  const discarded_events = [{ reason: 'sample_rate', category: 'error', quantity }]
  return recordWith(projectId, [['client_report', { timestamp: 1, discarded_events }]])
}

async function discarded(): Promise<number> {
  const [row] = await rows<{ n: number }>(
    `select sum(n)::int as n from outcome_hour
     where project_id = $1 and outcome = 'client_discard' and reason = 'sample_rate'`,
  )
  return row?.n ?? 0
}

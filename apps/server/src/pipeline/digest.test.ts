import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newEventId } from '@mayday/protocol/event-id'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { digestAll } from '../../test/digest-until.ts'
import { makeTenant } from '../../test/factories.ts'
import { JournalOf, recordOf, recordWith } from '../../test/journal-of.ts'
import { Connection } from '../db/connection.ts'
import { sql, sqlOne } from '../db/sql.ts'
import { readEvent } from '../events/event-data.ts'
import { prepareRecord, storeBatch } from './event-flow.ts'

const DAY_MS = 24 * 60 * 60 * 1000

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

/** Every number that must agree: events, and each way in which they are counted. */
async function counts(project = projectId) {
  return sqlOne<Record<string, number>>(
    postgres.database,
    `select (select count(*) from event where project_id = $1)::int as events,
       (select count(*) from issue where project_id = $1)::int as issues,
       (select coalesce(sum(times_seen), 0) from issue where project_id = $1)::int as seen,
       (select coalesce(sum(n), 0) from issue_hour join issue on issue.id = issue_id
         where project_id = $1)::int as issue_hours,
       (select coalesce(sum(n), 0) from project_hour where project_id = $1)::int as project_hours,
       (select coalesce(sum(n), 0) from issue_tag where project_id = $1 and key = 'level')::int as levels,
       (select coalesce(sum(n), 0) from outcome_hour
         where project_id = $1 and outcome = 'accepted')::int as accepted,
       (select coalesce(sum(n), 0) from outcome_hour
         where project_id = $1 and reason = 'duplicate')::int as duplicates`,
    [project],
  )
}
const counted = (events: number, issues: number, duplicates = 0) => ({
  events,
  issues,
  seen: events,
  issue_hours: events,
  project_hours: events,
  levels: events,
  accepted: events,
  duplicates,
})

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

describe('an event id that comes again', () => {
  test('in the same batch counts once', async () => {
    const eventId = newEventId()
    journal.add(
      recordOf(projectId, {}, { eventId }),
      recordOf(projectId, failing('other content'), { eventId }),
    )
    await digest()
    expect(await counts()).toEqual(counted(1, 1, 1))
  })

  test('on the same day counts once, also with other content', async () => {
    const eventId = newEventId()
    journal.add(recordOf(projectId, {}, { eventId }))
    await digest()
    journal.add(
      recordOf(projectId, {}, { eventId }),
      recordOf(projectId, failing('other content'), { eventId }),
    )
    await digest()
    expect(await counts()).toEqual(counted(1, 1, 2))
    expect(await rows('select next_issue_number as next from project where id = $1')).toEqual([
      { next: 2 },
    ])
  })

  test('on a later day counts once', async () => {
    const eventId = newEventId()
    const thenMs = Date.now() - 3 * DAY_MS
    const event = { timestamp: (thenMs - 5_000) / 1000 }
    journal.add(recordOf(projectId, event, { eventId, receivedAtMs: thenMs }))
    await digest()
    journal.add(recordOf(projectId, event, { eventId }))
    await digest()
    expect(await counts()).toEqual(counted(1, 1, 1))
  })

  test('on a later day without any time of its own counts once', async () => {
    const eventId = newEventId()
    const event = { timestamp: null }
    journal.add(recordOf(projectId, event, { eventId, receivedAtMs: Date.now() - 5 * DAY_MS }))
    await digest()
    journal.add(recordOf(projectId, event, { eventId }))
    await digest()
    expect(await counts()).toEqual(counted(1, 1, 1))
  })

  test('in another project is another event', async () => {
    const other = (await makeTenant(postgres.database)).projectId
    const eventId = newEventId()
    journal.add(recordOf(projectId, {}, { eventId }), recordOf(other, {}, { eventId }))
    await digest()
    expect(await counts()).toEqual(counted(1, 1))
    expect(await counts(other)).toEqual(counted(1, 1))
  })
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

test('users are counted once for each issue', async () => {
  for (const id of [1, 2, 1, 3, 2]) journal.add(recordOf(projectId, { user: { id } }))
  await digest()
  journal.add(recordOf(projectId, { user: { id: 3 } }), recordOf(projectId, { user: { id: 4 } }))
  await digest()
  expect(await rows('select users_seen from issue where project_id = $1')).toEqual([
    { users_seen: 4 },
  ])
})

describe('a resolved issue', () => {
  async function resolve(): Promise<void> {
    journal.add(recordOf(projectId, { release: '1.0' }))
    await digest()
    await rows(
      `update issue set status = 1, substatus = 0, status_changed_at = now() where project_id = $1`,
    )
  }
  const state = () =>
    rows(
      `select status, substatus, regressed_in_release, last_release,
         (select array_agg(type order by id) from issue_activity where issue_id = issue.id) as activity
       from issue where project_id = $1`,
    )

  test('comes back with an event that happened after it was resolved', async () => {
    await resolve()
    journal.add(recordOf(projectId, { release: '1.1' }, { receivedAtMs: Date.now() + 1_000 }))
    await digest()
    expect(await state()).toEqual([
      {
        status: 0,
        substatus: 2,
        regressed_in_release: '1.1',
        last_release: '1.1',
        activity: ['first_seen', 'set_regression'],
      },
    ])
  })

  test('stays resolved when an event only arrives late', async () => {
    await resolve()
    journal.add(recordOf(projectId, { timestamp: Date.now() / 1000 - 60, release: '0.9' }))
    await digest()
    expect(await state()).toMatchObject([
      { status: 1, regressed_in_release: null, last_release: '1.0', activity: ['first_seen'] },
    ])
  })

  test('stays archived when it was archived', async () => {
    await resolve()
    await rows('update issue set status = 2, substatus = 3 where project_id = $1')
    journal.add(recordOf(projectId, {}, { receivedAtMs: Date.now() + 1_000 }))
    await digest()
    expect(await state()).toMatchObject([{ status: 2, substatus: 3 }])
  })
})

test('releases and the first event of a project are noted once', async () => {
  for (const release of ['1.0', '1.1', '1.0']) journal.add(recordOf(projectId, { release }))
  await digest()
  const first = await rows('select first_event_at from project where id = $1')
  journal.add(recordOf(projectId, { release: '1.1', message: 'm' }))
  await digest()
  expect(await rows('select version from release where project_id = $1 order by 1')).toEqual([
    { version: '1.0' },
    { version: '1.1' },
  ])
  expect(await rows('select first_event_at from project where id = $1')).toEqual(first)
  expect(first).toEqual([{ first_event_at: expect.any(Date) }])
})

test('values of a tag beyond a hundred are not counted, known ones go on', async () => {
  for (let i = 0; i < 130; i++) journal.add(recordOf(projectId, { tags: { order: `o${i}` } }))
  await digest()
  journal.add(recordOf(projectId, { tags: { order: 'o0' } }))
  await digest()
  const tags = await rows(
    `select count(*)::int as values, sum(n)::int as n,
       max(n) filter (where value = 'o0') as first
     from issue_tag where project_id = $1 and key = 'order'`,
  )
  expect(tags).toEqual([{ values: 100, n: 101, first: 2 }])
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

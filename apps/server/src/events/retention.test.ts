import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { digestAll } from '../../test/digest-until.ts'
import { makeTenant } from '../../test/factories.ts'
import { JournalOf, recordOf } from '../../test/journal-of.ts'
import { Connection } from '../db/connection.ts'
import { sql, sqlOne } from '../db/sql.ts'
import { leafName, listLeaves, makeLeaf, makeLeavesAhead, startOfDayMs } from './partitions.ts'
import { cutoffMs, deleteOldRows, dropOldLeaves } from './retention.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const today = startOfDayMs(Date.now())

let postgres: TestDatabase
let connection: Connection
let projectId: number

beforeAll(async () => {
  postgres = await createTestDatabase()
  connection = await Connection.open(postgres.url, 'test')
})
afterAll(async () => {
  connection.close()
  await postgres.drop()
})
beforeEach(async () => {
  projectId = (await makeTenant(postgres.database)).projectId
})

async function digest(...records: ReturnType<typeof recordOf>[]): Promise<string[]> {
  const journal = new JournalOf()
  journal.add(...records)
  return (await digestAll(postgres.url, journal)).lines.map(({ message }) => message)
}

const leafOf = async () => {
  const rows = await sql<{ leaf: string }>(
    postgres.database,
    'select tableoid::regclass::text as leaf from event where project_id = $1 order by received_at',
    [projectId],
  )
  return rows.map(({ leaf }) => leaf)
}

test('leaves are made for today and seven days ahead, once', async () => {
  const now = Date.UTC(2031, 1, 26, 23, 59)
  await makeLeavesAhead(connection, now)
  await makeLeavesAhead(connection, now)
  const names = (await listLeaves(connection)).map(({ name }) => name)
  expect(names.slice(-8)).toEqual([
    'event_20310226',
    'event_20310227',
    'event_20310228',
    'event_20310301',
    'event_20310302',
    'event_20310303',
    'event_20310304',
    'event_20310305',
  ])
})

test('two servers that make the same leaf at once both go on', async () => {
  const other = await Connection.open(postgres.url, 'test')
  const dayMs = Date.UTC(2032, 0, 1)
  await Promise.all([makeLeaf(connection, dayMs), makeLeaf(other, dayMs)])
  other.close()
  expect((await listLeaves(connection)).map((leaf) => leaf.dayMs)).toContain(dayMs)
})

test('an event goes to the leaf of the day on which it was received', async () => {
  const lateMs = today - 1
  await digest(
    recordOf(projectId, {}, { receivedAtMs: lateMs }),
    recordOf(projectId, {}, { receivedAtMs: today }),
  )
  expect(await leafOf()).toEqual([leafName(lateMs), leafName(today)])
})

test('where a leaf cannot be made the default one takes the events, and gives them back', async () => {
  const receivedAtMs = today - 20 * DAY_MS
  await connection.query('begin')
  await connection.query('lock table event_default in row exclusive mode')
  const lines = await digest(recordOf(projectId, {}, { receivedAtMs }))
  expect(lines).toEqual(['The leaf of a day cannot be made yet'])
  await connection.query('commit')
  expect(await leafOf()).toEqual(['event_default'])
  await makeLeaf(connection, receivedAtMs)
  expect(await leafOf()).toEqual([leafName(receivedAtMs)])
})

test('beyond retention leaves and counts are dropped, everything else stays', async () => {
  const oldMs = today - 100 * DAY_MS
  const user = { id: 1 }
  const exception = { type: 'Error', value: 'goes on' }
  await digest(
    recordOf(projectId, { message: 'long gone' }, { receivedAtMs: oldMs }),
    recordOf(projectId, { exception, user, tags: { old: 'x' } }, { receivedAtMs: oldMs }),
    recordOf(projectId, { exception, user: { id: 2 }, tags: { now: 'y' } }),
  )
  const beforeMs = cutoffMs(Date.now(), 90)
  const { leaves } = await dropOldLeaves(connection, beforeMs)
  expect(leaves).toContain(leafName(oldMs))
  await deleteOldRows(connection, beforeMs, Date.now())
  expect(await leafOf()).toEqual([leafName(today)])
  const kept = await sqlOne(
    postgres.database,
    `select (select array_agg(title) from issue where project_id = $1) as issues,
       (select sum(n)::int from issue_hour join issue on issue.id = issue_id
         where project_id = $1) as hours,
       (select array_agg(key) from issue_tag where project_id = $1 and key in ('old', 'now')) as tags,
       (select count(*)::int from issue_user where project_id = $1) as users,
       (select sum(n)::int from outcome_hour where project_id = $1) as outcomes`,
    [projectId],
  )
  expect(kept).toEqual({
    issues: ['Error: goes on'],
    hours: 1,
    tags: ['now'],
    users: 1,
    outcomes: 3,
  })
})

test('an archived issue outlives its events, so that it does not come back as new', async () => {
  await digest(recordOf(projectId, {}, { receivedAtMs: today - 100 * DAY_MS }))
  await connection.query('update issue set status = 2, substatus = 3 where project_id = $1', [
    projectId,
  ])
  await deleteOldRows(connection, cutoffMs(Date.now(), 90), Date.now())
  const rows = await sql(postgres.database, 'select status from issue where project_id = $1', [
    projectId,
  ])
  expect(rows).toEqual([{ status: 2 }])
})

test('a leaf that is being read is left for the next time', async () => {
  const dayMs = today - 200 * DAY_MS
  await makeLeaf(connection, dayMs)
  const reader = await Connection.open(postgres.url, 'test')
  await reader.query('begin')
  await reader.query(`select * from ${leafName(dayMs)}`)
  const { failed } = await dropOldLeaves(connection, dayMs + 1)
  expect(failed).toEqual([leafName(dayMs)])
  await reader.query('commit')
  expect((await dropOldLeaves(connection, dayMs + 1)).leaves).toEqual([leafName(dayMs)])
  reader.close()
})

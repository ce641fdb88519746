import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { makeIssue, makeTenant } from '../../test/factories.ts'
import { sql } from '../db/sql.ts'
import { markOngoing } from './housekeeping.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const NEW = 0
const REGRESSED = 2

let postgres: TestDatabase
beforeAll(async () => {
  postgres = await createTestDatabase()
})
afterAll(() => postgres.drop())

test('an issue is an ongoing one a week after it was new or came back', async () => {
  const { database } = postgres
  const { projectId } = await makeTenant(database)
  const old = { firstSeen: new Date(Date.now() - 8 * DAY_MS) }
  const young = { firstSeen: new Date(Date.now() - 6 * DAY_MS) }
  await makeIssue(database, projectId, { title: 'a', substatus: NEW, ...old })
  await makeIssue(database, projectId, { title: 'b', substatus: NEW, ...young })
  await makeIssue(database, projectId, { title: 'c', substatus: REGRESSED, ...old })
  await makeIssue(database, projectId, { title: 'd', substatus: REGRESSED, ...old })
  await makeIssue(database, projectId, { title: 'e', status: 1, ...old })
  await sql(
    database,
    `update issue set status_changed_at = now() - (case title when 'c' then 8 else 6 end) * interval '1 day'`,
  )
  await markOngoing(database)
  const rows = await sql<{ title: string; substatus: number }>(
    database,
    'select title, substatus from issue order by title',
  )
  expect(rows.map(({ title, substatus }) => `${title}${substatus}`)).toEqual([
    'a1',
    'b0',
    'c1',
    'd2',
    'e0',
  ])
})

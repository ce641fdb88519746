import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { digestAll } from '../../../test/digest-until.ts'
import { makeTenant } from '../../../test/factories.ts'
import { JournalOf, recordOf } from '../../../test/journal-of.ts'
import { sql } from '../../db/sql.ts'

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

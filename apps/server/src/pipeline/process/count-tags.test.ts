import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
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

test('values that are cut to the same text are one value', async () => {
  for (const last of ['\u{1f600}', '\u{20000}']) {
    journal.add(recordOf(projectId, { server_name: 'x'.repeat(199) + last }))
  }
  await digest()
  const tags = await rows(
    `select value, n from issue_tag where project_id = $1 and key = 'server_name'`,
  )
  expect(tags).toEqual([{ value: 'x'.repeat(199), n: 2 }])
})

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { digestAll } from '../../test/digest-until.ts'
import { makeTenant } from '../../test/factories.ts'
import { JournalOf, recordOf } from '../../test/journal-of.ts'
import { Connection } from '../db/connection.ts'
import { sql } from '../db/sql.ts'
import { deleteIssues } from '../issues/issue-actions.ts'
import { prepareRecord, storeBatch } from './event-flow.ts'

const HOUR_MS = 3_600_000
const NOON = new Date().setUTCHours(12, 0, 0, 0)
const TITLE = 'More than 1,000 new issues in an hour: events of further ones are collected here'

let postgres: TestDatabase
let projectId: number

beforeAll(async () => {
  postgres = await createTestDatabase()
})
afterAll(() => postgres.drop())
beforeEach(async () => {
  projectId = (await makeTenant(postgres.database)).projectId
})

/** One event of each type, received so many hours after noon. */
function errors(types: string[], hour = 0, project = projectId): JournalOf {
  const journal = new JournalOf()
  for (const type of types) {
    const event = { exception: { values: [{ type, value: 'failed' }] } }
    journal.add(recordOf(project, event, { receivedAtMs: NOON + hour * HOUR_MS }))
  }
  return journal
}

const digest = (...wanted: Parameters<typeof errors>) => digestAll(postgres.url, errors(...wanted))
const numbered = (name: string, n: number) => Array.from({ length: n }, (_, i) => `${name}${i}`)

/** As if so many issues had been opened in the hour of noon. */
const used = (count: number) =>
  sql(
    postgres.database,
    'update project set new_issue_hour = $2, new_issue_count = $3 where id = $1',
    [projectId, new Date(NOON), count],
  )
const issues = async () => {
  const rows = await sql<{ title: string; n: number }>(
    postgres.database,
    `select title, times_seen::int as n from issue where project_id = $1 order by number`,
    [projectId],
  )
  return rows.map(({ title, n }) => `${title.replace(': failed', '')} ${n}`)
}

test('a thousand new issues in an hour, and one that collects the rest', async () => {
  const { lines } = await digest(numbered('Error', 1_200))
  const all = await issues()
  expect(all).toHaveLength(1_001)
  expect(all.filter((issue) => issue.startsWith(TITLE))).toEqual([`${TITLE} 200`])
  const outcomes = await sql(
    postgres.database,
    'select outcome, reason, n::int from outcome_hour where project_id = $1 order by reason',
    [projectId],
  )
  expect(outcomes).toEqual([
    { outcome: 'accepted', reason: '', n: 1_000 },
    { outcome: 'accepted', reason: 'new_issue_limit', n: 200 },
  ])
  const warnings = lines.filter(({ level }) => level === 'warn')
  expect(warnings.map(({ facts }) => facts)).toEqual([{ projectId, limit: 1_000 }])
})

test('what had an issue keeps it, and what is collected is stored', async () => {
  await digest(['Known'])
  await used(1_000)
  await digest(['Known', 'Fresh', 'Fresh', 'Other', 'Known'])
  expect(await issues()).toEqual(['Known 3', `${TITLE} 3`])
  const [row] = await sql<{ n: number }>(
    postgres.database,
    'select count(*)::int as n from event where project_id = $1',
    [projectId],
  )
  expect(row?.n).toBe(6)
})

test('in the next hour what is new opens issues again, what was collected too', async () => {
  await used(999)
  await digest(['A', 'B', 'C'])
  await digest(['B', 'D', 'A'], 1)
  expect(await issues()).toEqual(['A 2', `${TITLE} 2`, 'B 1', 'D 1'])
  await digest(['E'], 0)
  expect(await issues()).toContain('E 1')
})

test('what arrives late counts for the hour that has begun', async () => {
  await used(1_000)
  await digest(['A'], -1)
  expect(await issues()).toEqual([`${TITLE} 1`])
})

test('two digests together open no more than the limit, and one issue for the rest', async () => {
  await used(990)
  const halves = [numbered('Left', 40), numbered('Right', 40), numbered('Third', 40)]
  const digests = await Promise.all(halves.map((types) => digest(types)))
  // Without the lock they would take the same numbers, and find that out by failing.
  const failed = digests.flatMap(({ lines }) => lines.filter(({ facts }) => facts?.error))
  expect(failed).toEqual([])
  const all = await issues()
  expect(all).toHaveLength(11)
  expect(all.filter((issue) => issue.startsWith(TITLE))).toEqual([`${TITLE} 110`])
})

test('the limit of one project is not that of another', async () => {
  await used(1_000)
  const journal = errors(['A'])
  const other = (await makeTenant(postgres.database)).projectId
  journal.add(...errors(['A'], 0, other).records)
  await digestAll(postgres.url, journal)
  expect(await issues()).toEqual([`${TITLE} 1`])
  projectId = other
  expect(await issues()).toEqual(['A 1'])
})

test('an overflow issue that was deleted is opened anew, and a resolved one is reopened', async () => {
  await used(1_000)
  await digest(['A'])
  const id = () =>
    sql<{ id: string; status: number }>(
      postgres.database,
      'select id, status from issue where project_id = $1',
      [projectId],
    )
  await deleteIssues(postgres.database, [(await id())[0]!.id])
  await digest(['B'])
  expect(await issues()).toEqual([`${TITLE} 1`])
  await sql(postgres.database, 'update issue set status = 1 where project_id = $1', [projectId])
  await digest(['C'])
  expect(await id()).toMatchObject([{ status: 0 }])
})

test('a batch without new issues asks nothing about the limit', async () => {
  await digest(['A'])
  const { records, id } = errors(['A', 'A'])
  const prepared = records.map((record, i) =>
    prepareRecord({ record, end: { segment: 7, position: i + 1 } }),
  )
  const batch = { journal: id, from: undefined, end: { segment: 7, position: 2 } }
  const connection = await Connection.open(postgres.url, 'test')
  const asked: string[] = []
  await connection.transaction((within) => {
    const query = (statement: string, parameters?: unknown[]) => {
      asked.push(statement)
      return within.query(statement, parameters)
    }
    return storeBatch({ query }, { ...batch, records: prepared })
  })
  connection.close()
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.filter((statement) => /new_issue|advisory/.test(statement))).toEqual([])
  expect(await issues()).toEqual(['A 3'])
})

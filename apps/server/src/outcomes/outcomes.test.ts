import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import type { Database } from '../db/sql.ts'
import { sql } from '../db/sql.ts'
import { addOutcomes, OutcomeCounter, type OutcomeKey, type OutcomeRow } from './outcomes.ts'

let testing: TestDatabase
let database: Database
let projectId: number

beforeAll(async () => {
  testing = await createTestDatabase()
  database = testing.database
  await sql(database, `insert into organization (slug, name) values ('acme', 'Acme')`)
  const [project] = await sql<{ id: number }>(
    database,
    `insert into project (organization_id, slug, name) select id, 'shop', 'Shop' from organization
     returning id`,
  )
  projectId = project!.id
})

beforeEach(() => sql(database, 'delete from outcome_hour'))

afterAll(() => testing.drop())

const HOUR = new Date('2026-11-22T10:00:00Z')

function key(change: Partial<OutcomeKey> = {}): OutcomeKey {
  const usual = { keyId: 1, outcome: 'invalid', reason: 'too_large', category: 'error' } as const
  return { projectId, ...usual, hour: HOUR, ...change }
}

function row(n: number, change: Partial<OutcomeKey> = {}): OutcomeRow {
  return { ...key(change), hour: change.hour ?? HOUR, n }
}

function stored() {
  return sql<{ key_id: number; reason: string; hour: Date; n: string }>(
    database,
    'select key_id, reason, hour, n from outcome_hour order by key_id, reason, hour',
  )
}

test('counts of one key and hour add up in one row, over several flushes', async () => {
  const counter = new OutcomeCounter()
  for (let i = 0; i < 3; i++) counter.count(key())
  counter.count(key(), 10)
  await counter.flush(database)
  await counter.flush(database)
  counter.count(key())
  await counter.flush(database)
  expect(await stored()).toEqual([{ key_id: 1, reason: 'too_large', hour: HOUR, n: '14' }])
})

test('other hours, keys and reasons have rows of their own', async () => {
  const later = new Date('2026-11-22T11:59:59Z')
  await addOutcomes(database, [
    row(1),
    row(2, { hour: later }),
    row(3, { keyId: 2 }),
    row(4, { reason: 'too_deep' }),
  ])
  expect((await stored()).map(({ n }) => n)).toEqual(['4', '1', '2', '3'])
})

test('a time within an hour counts for that hour', async () => {
  await addOutcomes(database, [row(1, { hour: new Date('2026-11-22T10:59:59Z') }), row(1)])
  expect(await stored()).toMatchObject([{ hour: HOUR, n: '2' }])
})

test('without an hour it is the present one', async () => {
  const counter = new OutcomeCounter()
  const { hour: _, ...now } = key()
  counter.count(now)
  await counter.flush(database)
  const hourMs = (await stored())[0]?.hour.getTime() ?? Number.NaN
  expect(hourMs % 3_600_000).toBe(0)
  expect(Math.abs(Date.now() - hourMs)).toBeLessThan(2 * 3_600_000)
})

test('counts that could not be written are written by the next flush', async () => {
  const counter = new OutcomeCounter()
  counter.count(key(), 2)
  const away = { query: () => Promise.reject(new Error('away')) } as unknown as Database
  await expect(counter.flush(away)).rejects.toThrow('away')
  counter.count(key())
  await counter.flush(database)
  expect(await stored()).toMatchObject([{ n: '3' }])
})

test('a project that is gone costs no other its counts', async () => {
  await addOutcomes(database, [row(1, { projectId: 999_999 }), row(5)])
  expect(await stored()).toMatchObject([{ n: '5' }])
})

test('parallel writers with the same keys in any order count every one', async () => {
  const keys = Array.from({ length: 30 }, (_, i) => i + 1)
  await Promise.all(
    Array.from({ length: 8 }, (_, i) => {
      const order = i % 2 === 0 ? keys : [...keys].reverse()
      return addOutcomes(
        database,
        order.map((keyId) => row(1, { keyId })),
      )
    }),
  )
  expect((await stored()).map(({ n }) => n)).toEqual(Array(30).fill('8'))
})

test('nothing counted is no statement', async () => {
  const none = { query: () => Promise.reject(new Error('asked')) } as unknown as Database
  await new OutcomeCounter().flush(none)
  await addOutcomes(none, [])
})

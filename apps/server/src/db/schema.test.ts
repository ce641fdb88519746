import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'

let testDatabase: TestDatabase

beforeAll(async () => {
  testDatabase = await createTestDatabase()
})
afterAll(() => testDatabase.drop())

test('what the migrations make is what the entities declare', async () => {
  const { upQueries } = await testDatabase.database.driver.createSchemaBuilder().log()
  expect(upQueries.map(({ query }) => query)).toEqual([])
})

test('every table but the partitioned event is declared by an entity', async () => {
  const { database } = testDatabase
  const tables: { name: string }[] = await database.query(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`,
  )
  const declared = database.entityMetadatas.map(({ tableName }) => tableName)
  const undeclared = tables.map(({ name }) => name).filter((name) => !declared.includes(name))
  expect(undeclared.sort()).toEqual(['event', 'migrations'])
})

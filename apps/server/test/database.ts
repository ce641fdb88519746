import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { createDataSource } from '../src/db/data-source.ts'
import { sql } from '../src/db/sql.ts'

export const TEMPLATE = 'mayday_template'

export type TestDatabase = { database: DataSource; url: string; drop(): Promise<void> }

/** A fresh migrated database on the PostgreSQL of this test run; one per test file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env.MAYDAY_TEST_POSTGRES
  if (!serverUrl) throw new Error('MAYDAY_TEST_POSTGRES is not set: the global setup did not run')
  const name = `t_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `create database ${name} template ${TEMPLATE} strategy file_copy`)
  const url = urlWithDatabase(serverUrl, name)
  const database = createDataSource(url)
  await database.initialize()
  return {
    database,
    url,
    async drop() {
      if (database.isInitialized) await database.destroy()
      await onServer(serverUrl, `drop database if exists ${name} with (force)`)
    },
  }
}

export function urlWithDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

async function onServer(url: string, statement: string): Promise<void> {
  const server = createDataSource(url, 1)
  await server.initialize()
  try {
    await sql(server, statement)
  } finally {
    await server.destroy()
  }
}

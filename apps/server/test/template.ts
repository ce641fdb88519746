import { createDataSource, openDatabase } from '../src/db/data-source.ts'
import { sql } from '../src/db/sql.ts'
import { TEMPLATE, urlWithDatabase } from './database.ts'

/** An empty, migrated database, to be cloned in milliseconds. */
export async function makeTemplate(url: string): Promise<void> {
  const server = createDataSource(url, 1)
  await server.initialize()
  await sql(server, `create database ${TEMPLATE}`)
  await server.destroy()
  const template = createDataSource(urlWithDatabase(url, TEMPLATE), 2)
  await openDatabase(template)
  await template.destroy()
}

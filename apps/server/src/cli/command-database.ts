import type { DataSource } from 'typeorm'
import type { Config } from '../config.ts'
import { createDataSource, openDatabase } from '../db/data-source.ts'
import { findEmbeddedPostgres } from '../db/embedded-postgres.ts'
import { CommandError } from './command.ts'
import { checkVersion, describeDatabaseError } from './database-check.ts'

const POOL_SIZE = 2

/**
 * Runs the work on the database of the running server or, where none runs, on one that is up for
 * just as long.
 * @throws CommandError when the database cannot be used
 */
export async function withDatabase<T>(
  config: Config,
  work: (database: DataSource) => Promise<T>,
): Promise<T> {
  const postgres = config.databaseUrl
    ? undefined
    : await findEmbeddedPostgres(config.dataDir, () => {})
  const database = createDataSource(config.databaseUrl ?? postgres?.url ?? '', POOL_SIZE)
  try {
    await openForCommand(database, config)
    return await work(database)
  } finally {
    if (database.isInitialized) await database.destroy()
    await postgres?.stop()
  }
}

async function openForCommand(database: DataSource, config: Config): Promise<void> {
  try {
    await database.initialize()
    await checkVersion(database)
    await openDatabase(database)
  } catch (error) {
    throw new CommandError(describeDatabaseError(error, config), { cause: error })
  }
}

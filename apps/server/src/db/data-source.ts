import { DataSource, type MixedList } from 'typeorm'
import { ENTITIES } from './entities.ts'
import { Initial0001 } from './migrations/0001-initial.ts'

/** Any fixed number: whoever migrates holds this advisory lock, so two servers never do it at once. */
const MIGRATION_LOCK = 7_295_329

/** A pool that is not connected yet. Timeouts are set so that no caller waits for ever on a frozen database. */
export function createDataSource(url: string, poolSize = 10): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    poolSize,
    entities: ENTITIES as MixedList<new () => object>,
    migrations: [Initial0001],
    synchronize: false,
    applicationName: 'mayday',
    connectTimeoutMS: 5_000,
    extra: { query_timeout: 30_000, statement_timeout: 30_000, keepAlive: true },
  })
}

/** Connects and brings the schema up to date. Safe to call from several processes at once. */
export async function openDatabase(database: DataSource): Promise<void> {
  if (!database.isInitialized) await database.initialize()
  const runner = database.createQueryRunner()
  try {
    await runner.connect()
    await runner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    try {
      await database.runMigrations({ transaction: 'each' })
    } finally {
      await runner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
    }
  } finally {
    await runner.release()
  }
}

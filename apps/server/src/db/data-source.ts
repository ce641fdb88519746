import { DataSource, type MixedList } from 'typeorm'
import { ENTITIES } from './entities.ts'
import { Initial0001 } from './migrations/0001-initial.ts'
import { AttachmentsFeedback0002 } from './migrations/0002-attachments-feedback.ts'
import { Monitors0003 } from './migrations/0003-monitors.ts'
import { NewIssueLimit0004 } from './migrations/0004-new-issue-limit.ts'

/** Any fixed number: whoever migrates holds this advisory lock, so two servers never do it at once. */
const MIGRATION_LOCK = 7_295_329

/** A page that waits longer is of no use to anybody; the web API then answers 503. */
const STATEMENT_TIMEOUT_MS = 10_000
/** The net below it: a database that does not even end the statement itself. */
const QUERY_TIMEOUT_MS = 30_000

/** A pool that is not connected yet. Timeouts are set so that no caller waits for ever on a frozen database. */
export function createDataSource(url: string, poolSize = 10): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    poolSize,
    entities: ENTITIES as MixedList<new () => object>,
    migrations: [Initial0001, AttachmentsFeedback0002, Monitors0003, NewIssueLimit0004],
    synchronize: false,
    applicationName: 'mayday',
    connectTimeoutMS: 5_000,
    extra: {
      query_timeout: QUERY_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    },
  })
}

/** Connects and brings the schema up to date. Safe to call from several processes at once. */
export async function openDatabase(database: DataSource): Promise<void> {
  if (!database.isInitialized) await database.initialize()
  const runner = database.createQueryRunner()
  try {
    await runner.connect()
    // Another server may be migrating right now.
    await runner.query(`set statement_timeout = ${QUERY_TIMEOUT_MS}`)
    await runner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    try {
      await database.runMigrations({ transaction: 'each' })
    } finally {
      await runner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
      await runner.query('reset statement_timeout')
    }
  } finally {
    await runner.release()
  }
}

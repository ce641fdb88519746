import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { Config } from '../config.ts'
import { openDatabase } from '../db/data-source.ts'
import { CommandError } from './command.ts'
import { checkVersion, describeDatabaseError, isDatabaseAway } from './database-check.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 3_000

/**
 * Opens and migrates the database. One that is away is tried again and again, so `opened` may
 * resolve late; until then events are kept in the journal.
 * @throws CommandError when waiting would not help: wrong password, no such database, too old
 */
export async function openOrWait(
  database: DataSource,
  options: { config: Config; log: Logger; signal: AbortSignal },
): Promise<{ opened: Promise<void>; awayBecause: string | undefined }> {
  try {
    await open(database)
    return { opened: Promise.resolve(), awayBecause: undefined }
  } catch (error) {
    const reason = describeDatabaseError(error, options.config)
    if (!isDatabaseAway(error)) throw new CommandError(reason, { cause: error })
    const opened = keepTrying(database, options)
    opened.catch(() => {
      // It is heard of by whoever waits for it; a start that fails before anyone does calls it off.
    })
    return { opened, awayBecause: reason }
  }
}

async function keepTrying(
  database: DataSource,
  { config, log, signal }: { config: Config; log: Logger; signal: AbortSignal },
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    await sleep(pauseMs, undefined, { signal })
    try {
      return await open(database)
    } catch (error) {
      // Said once at the start while it is merely away; anything else needs a person.
      if (!isDatabaseAway(error)) log.error(describeDatabaseError(error, config))
    }
  }
}

async function open(database: DataSource): Promise<void> {
  if (!database.isInitialized) await database.initialize()
  await checkVersion(database)
  await openDatabase(database)
}

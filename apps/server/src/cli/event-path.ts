import { join } from 'node:path'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { Config } from '../config.ts'
import { Journal } from '../journal/journal.ts'
import { OutcomeCounter } from '../outcomes/outcomes.ts'
import { DigestThread } from '../pipeline/digest-thread.ts'
import type { IntakeDeps } from '../pipeline/intake.ts'
import { keysInDatabase, ProjectKeys } from '../projects/project-keys.ts'
import type { Closing } from './closing.ts'
import { CommandError } from './command.ts'

const CLOSE_MS = 2_000
/** The batch in flight is finished; one that is not is stored after the next start. */
const DIGEST_CLOSE_MS = 5_000
const FLUSH_OUTCOMES_MS = 5_000

export type EventPath = {
  /** What the intake routes need; undefined in a process without that role. */
  intake: IntakeDeps | undefined
  /** To be called when the database is up to date. */
  startDigest(): void
}

/**
 * Opens what an event passes between socket and database, as far as the roles ask for it.
 * @throws CommandError when the journal cannot be opened
 */
export async function openEventPath(
  parts: { config: Config; databaseUrl: string; database: DataSource; log: Logger },
  closing: Closing,
): Promise<EventPath> {
  const { config, databaseUrl, database, log } = parts
  const journalDir = join(config.dataDir, 'journal')
  let digest: DigestThread | undefined
  let isClosing = false
  const startDigest = () => {
    if (isClosing || !config.roles.includes('digest')) return
    const { retentionDays } = config
    digest = DigestThread.start({ databaseUrl, journalDir, retentionDays, log })
  }
  const closeDigest = () => {
    isClosing = true
    return digest?.stop()
  }
  if (!config.roles.includes('intake')) {
    closing.add('digest', DIGEST_CLOSE_MS, closeDigest)
    return { intake: undefined, startDigest }
  }
  const journal = await openJournal(journalDir, config.journalMaxBytes)
  closing.add('journal', CLOSE_MS, () => journal.close())
  const keys = await ProjectKeys.open({
    source: keysInDatabase(database),
    snapshotFile: join(config.dataDir, 'project-keys.json'),
  })
  closing.add('project keys', CLOSE_MS, () => keys.close())
  const outcomes = countOutcomes(database, log, closing)
  closing.add('digest', DIGEST_CLOSE_MS, closeDigest)
  return {
    intake: { journal, keys, outcomes, appended: () => digest?.appended() },
    startDigest,
  }
}

async function openJournal(folder: string, maxBytes: number): Promise<Journal> {
  try {
    return await Journal.open(folder, { maxBytes })
  } catch (error) {
    const reason = (error as Error).message
    throw new CommandError(`cannot open the journal: ${reason}`, { cause: error })
  }
}

/** Refusals are counted in memory and written now and then: a flood of them costs no statements. */
function countOutcomes(database: DataSource, log: Logger, closing: Closing): OutcomeCounter {
  const outcomes = new OutcomeCounter()
  const flush = async () => {
    // Away: the counts are kept for the next time.
    if (database.isInitialized) await outcomes.flush(database)
  }
  const timer = setInterval(() => {
    flush().catch((error: unknown) => log.warn({ err: error }, 'outcomes cannot be written yet'))
  }, FLUSH_OUTCOMES_MS)
  timer.unref()
  closing.add('outcomes', CLOSE_MS, () => {
    clearInterval(timer)
    return flush()
  })
  return outcomes
}

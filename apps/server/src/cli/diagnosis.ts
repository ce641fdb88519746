import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataSource } from 'typeorm'
import type { Config } from '../config.ts'
import { hasEmbeddedDatabase } from '../db/embedded-postgres.ts'
import { EmbeddedPostgresError, reasonOfFileError } from '../db/embedded-postgres-error.ts'
import { sql, sqlOne } from '../db/sql.ts'
import { type Backlog, JournalReader } from '../journal/journal-reader.ts'
import type { JournalPosition } from '../journal/record.ts'
import { CommandError } from './command.ts'
import { withDatabase } from './command-database.ts'
import { findRunningServer } from './running-server.ts'
import { VERSION } from './version.ts'

const LEAST_FREE_BYTES = 512 * 1024 * 1024
/** Digest takes a second; events that wait longer tell that it does not keep up or has stopped. */
const LONGEST_WAIT_SECONDS = 60
const MAX_OUTCOMES = 1_000
const HEALTH_TIMEOUT_MS = 3_000

export type OutcomeTotal = {
  /** Organisation and project. */
  project: string
  outcome: string
  reason: string
  category: string
  n: number
}
export type DatabaseFacts = {
  reachable: boolean
  embedded: boolean
  version: string | null
  migrations: { applied: number; pending: number } | null
  sizeBytes: number | null
  deadLetters: number | null
  /** Of the last 24 hours. */
  outcomes: OutcomeTotal[]
}
export type Diagnosis = {
  /** What is wrong, one sentence each; empty when all is well. */
  problems: string[]
  versions: { mayday: string; node: string; postgres: string | null }
  server: { running: boolean; pid: number | null; url: string | null; ready: boolean }
  dataDir: string
  journal: {
    pendingEvents: number
    oldestPendingSeconds: number | null
    bytes: number
    maxBytes: number
  }
  database: DatabaseFacts
  disk: { freeBytes: number | null; totalBytes: number | null }
}

/** Looks at everything an operator may ask for; works beside a running server and without one. */
export async function diagnose(config: Config): Promise<Diagnosis> {
  const problems: string[] = []
  const server = await lookAtServer(config, problems)
  const { facts, cursors } = await lookAtDatabase(config, problems)
  const journal = await lookAtJournal(config, cursors, problems)
  const disk = await lookAtDisk(config.dataDir, problems)
  return {
    problems,
    versions: { mayday: VERSION, node: process.version, postgres: facts.version },
    server,
    dataDir: config.dataDir,
    journal,
    database: facts,
    disk,
  }
}

async function lookAtServer(config: Config, problems: string[]): Promise<Diagnosis['server']> {
  const running = findRunningServer(config.dataDir)
  if (!running) return { running: false, pid: null, url: null, ready: false }
  const answer = await fetch(`${running.localUrl}/health/ready`, {
    signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
  }).catch((error: Error) => error)
  const ready = answer instanceof Response && answer.ok
  if (answer instanceof Error) problems.push(`The server does not answer at ${running.localUrl}.`)
  else if (!ready) problems.push(`The server is not ready: ${await answer.text()}`)
  return { running: true, pid: running.pid, url: running.url, ready }
}

type Cursors = Map<string, JournalPosition>

async function lookAtDatabase(
  config: Config,
  problems: string[],
): Promise<{ facts: DatabaseFacts; cursors: Cursors }> {
  const embedded = config.databaseUrl === undefined
  if (embedded && !hasEmbeddedDatabase(config.dataDir)) {
    problems.push(`There is no database in ${config.dataDir} yet; the first start makes it.`)
    return { facts: unreachable(embedded), cursors: new Map() }
  }
  try {
    return await withDatabase(config, async (database) => ({
      facts: await databaseFacts(database, embedded, problems),
      cursors: await readCursors(database),
    }))
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof EmbeddedPostgresError)) throw error
    problems.push(`${error.message}.`)
    return { facts: unreachable(embedded), cursors: new Map() }
  }
}

async function databaseFacts(
  database: DataSource,
  embedded: boolean,
  problems: string[],
): Promise<DatabaseFacts> {
  const row = await sqlOne<{ version: string; size: string; dead: string; applied: string }>(
    database,
    `select current_setting('server_version') as version,
       pg_database_size(current_database()) as size,
       (select count(*) from dead_letter) as dead,
       (select count(*) from migrations) as applied`,
  )
  const outcomes = await sql<OutcomeTotal>(
    database,
    `select o.slug || '/' || p.slug as project, outcome, reason, category, sum(n)::float8 as n
     from outcome_hour join project p on p.id = project_id
       join organization o on o.id = p.organization_id
     where hour > now() - interval '24 hours'
     group by o.slug, p.slug, outcome, reason, category order by sum(n) desc, 1, 2, 3, 4
     limit ${MAX_OUTCOMES}`,
  )
  const deadLetters = Number(row?.dead)
  if (deadLetters > 0) {
    problems.push(`${deadLetters} events could not be digested; they are kept as dead letters.`)
  }
  return {
    reachable: true,
    embedded,
    version: row?.version ?? null,
    migrations: {
      applied: Number(row?.applied),
      pending: database.migrations.length - Number(row?.applied),
    },
    sizeBytes: Number(row?.size),
    deadLetters,
    outcomes,
  }
}

function unreachable(embedded: boolean): DatabaseFacts {
  return {
    reachable: false,
    embedded,
    version: null,
    migrations: null,
    sizeBytes: null,
    deadLetters: null,
    outcomes: [],
  }
}

async function readCursors(database: DataSource): Promise<Cursors> {
  const rows = await sql<{ journal: string; segment: string; position: string }>(
    database,
    'select journal, segment, position from journal_cursor',
  )
  const entries = rows.map(
    ({ journal, segment, position }) =>
      [journal, { segment: Number(segment), position: Number(position) }] as const,
  )
  return new Map(entries)
}

async function lookAtJournal(
  config: Config,
  cursors: Cursors,
  problems: string[],
): Promise<Diagnosis['journal']> {
  const maxBytes = config.journalMaxBytes
  const backlog = await readBacklog(join(config.dataDir, 'journal'), cursors, problems)
  const oldest = backlog?.oldestReceivedAtMs
  const seconds = oldest == null ? null : Math.max(0, Math.round((Date.now() - oldest) / 1000))
  if (seconds !== null && seconds > LONGEST_WAIT_SECONDS) {
    problems.push(`Events wait in the journal, the oldest for ${seconds} s.`)
  }
  const bytes = backlog?.bytes ?? 0
  if (bytes > maxBytes * 0.8) {
    problems.push(`The journal is nearly full: ${bytes} of ${maxBytes} bytes.`)
  }
  return {
    pendingEvents: backlog?.pendingEvents ?? 0,
    oldestPendingSeconds: seconds,
    bytes,
    maxBytes,
  }
}

async function readBacklog(
  folder: string,
  cursors: Cursors,
  problems: string[],
): Promise<Backlog | undefined> {
  // No server has written there yet, so nothing waits.
  if (!existsSync(folder)) return undefined
  try {
    const reader = await JournalReader.open(folder)
    try {
      return await reader.backlog(cursors.get(reader.id))
    } finally {
      await reader.close()
    }
  } catch (error) {
    problems.push(`The journal cannot be read: ${reasonOfFileError(error)}.`)
    return undefined
  }
}

async function lookAtDisk(dataDir: string, problems: string[]): Promise<Diagnosis['disk']> {
  try {
    const { bavail, blocks, bsize } = await statfs(dataDir)
    const freeBytes = bavail * bsize
    if (freeBytes < LEAST_FREE_BYTES) {
      problems.push(`Only ${Math.round(freeBytes / 1024 / 1024)} MB are free below ${dataDir}.`)
    }
    return { freeBytes, totalBytes: blocks * bsize }
  } catch {
    // There is no data folder yet, which the look at the database reports.
    return { freeBytes: null, totalBytes: null }
  }
}

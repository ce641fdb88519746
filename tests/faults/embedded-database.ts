import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { childrenOf } from '../support/processes.ts'

/** Number of the running postmaster of a data folder. */
export function postmasterOf(dataDir: string): number | undefined {
  return numberIn(pidLines(dataDir)[0])
}

/** How to connect to the embedded PostgreSQL of a data folder; another one after every start. */
export function connectionTo(dataDir: string): pg.ClientConfig {
  return { host: pidLines(dataDir)[4], user: 'mayday', database: 'mayday' }
}

export async function answers(database: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({ ...database, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    await client.query('select from journal_cursor')
    return true
  } catch {
    // Whatever the reason is, it does not answer.
    return false
  } finally {
    await client.end().catch(() => {
      // It never was connected.
    })
  }
}

/** The postmaster and all that it has started. It is frozen first, so that the list stays complete. */
export function freezePostgres(dataDir: string): number[] {
  const postmaster = postmasterOf(dataDir)
  if (postmaster === undefined) return []
  process.kill(postmaster, 'SIGSTOP')
  const children = childrenOf(postmaster)
  for (const pid of children) process.kill(pid, 'SIGSTOP')
  return [...children, postmaster]
}

function pidLines(dataDir: string): string[] {
  const file = join(dataDir, 'pg18/postmaster.pid')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
}

function numberIn(text: string | undefined): number | undefined {
  return Number.parseInt(text ?? '', 10) || undefined
}

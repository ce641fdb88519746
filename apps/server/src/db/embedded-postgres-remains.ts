import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { postgresProcesses } from './embedded-postgres-processes.ts'

const POLL_MS = 20
/** What to send to those who are left, and how long to wait for them then. */
const STEPS: [NodeJS.Signals, number][] = [
  ['SIGINT', 30_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
]

/**
 * Ends what a killed server left running on the folder, and removes a pid file that would keep
 * PostgreSQL from starting. The caller holds the claim on the folder, so nobody alive owns them.
 * @throws EmbeddedPostgresError when they do not end
 */
export async function clearRemains(folder: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(folder, 'postmaster.pid')
  if (postgresProcesses(folder).length > 0) log('Stopping the database that a killed server left')
  for (const [signal, waitMs] of STEPS) {
    const left = postgresProcesses(folder)
    if (left.length === 0) break
    // A fast shutdown is asked of the postmaster; its children would only drop their connections.
    const postmaster = firstNumber(pidFile)
    const isAsked = signal === 'SIGINT' && left.includes(postmaster ?? 0)
    for (const pid of isAsked ? [postmaster as number] : left) send(pid, signal)
    const deadline = Date.now() + waitMs
    while (postgresProcesses(folder).length > 0 && Date.now() < deadline) await sleep(POLL_MS)
  }
  const left = postgresProcesses(folder)
  if (left.length > 0) {
    throw new EmbeddedPostgresError(
      `cannot end the old PostgreSQL on ${folder}, process ${left[0]}; end it and start again`,
    )
  }
  // PostgreSQL clears the file itself, unless the number in it is alive: a zombie, or given to a stranger.
  const pid = firstNumber(pidFile)
  if (pid !== undefined && exists(pid)) rmSync(pidFile, { force: true })
}

function firstNumber(file: string): number | undefined {
  if (!existsSync(file)) return undefined
  return Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself in between.
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

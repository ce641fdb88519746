import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError, folderError } from './embedded-postgres-error.ts'
import { startTimeOf } from './embedded-postgres-processes.ts'

/** A command holds the database for seconds only, so others wait for it; a server is not waited for. */
export type OwnerKind = 'server' | 'command'
export type Owner = { pid: number; started: string; kind: OwnerKind; socketDir: string }

const COMMAND_WAIT_MS = 30_000
const POLL_MS = 50

/**
 * Makes this process the only one that may run PostgreSQL on the data folder. A claim left behind
 * by a dead process is taken over; the folder of its socket is removed.
 * @throws EmbeddedPostgresError when another process has it
 */
export async function claim(file: string, kind: OwnerKind, socketDir: string): Promise<void> {
  const started = startTimeOf(process.pid) ?? ''
  const mine: Owner = { pid: process.pid, started, kind, socketDir }
  const deadline = Date.now() + COMMAND_WAIT_MS
  while (!tryClaim(file, mine)) {
    const owner = readOwner(file)
    if (owner === undefined) continue
    if (!isAlive(owner)) {
      removeStale(file)
    } else if (owner.kind === 'server' || owner.pid === process.pid || Date.now() > deadline) {
      throw inUse(file, owner)
    } else {
      await sleep(POLL_MS)
    }
  }
}

/** The living owner, or undefined. */
export function findOwner(file: string): Owner | undefined {
  const owner = readOwner(file)
  return owner && isAlive(owner) ? owner : undefined
}

/** Gives up the claim made with that socket folder; leaves any other alone, as after a refusal. */
export function release(file: string, socketDir: string): void {
  if (readOwner(file)?.socketDir === socketDir) rmSync(file, { force: true })
}

/** A link appears with its content, unlike a file that is created and then written. */
function tryClaim(file: string, mine: Owner): boolean {
  const draft = `${file}.${process.pid}`
  try {
    writeFileSync(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600 })
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw folderError(`cannot write to ${file}`, error)
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Two processes may find the same stale claim, and the slower must not remove the fresh claim of the
 * faster: what was moved away is read again, and put back when its owner is alive.
 */
function removeStale(file: string): void {
  const aside = `${file}.stale-${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw folderError(`cannot take over ${file}`, error)
  }
  const owner = readOwner(aside)
  if (owner && isAlive(owner)) {
    renameSync(aside, file)
    return
  }
  rmSync(aside, { force: true })
  if (owner && /\/mayday-[A-Za-z0-9]{6}$/.test(owner.socketDir)) {
    rmSync(owner.socketDir, { recursive: true, force: true })
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Owner
    return Number.isInteger(owner.pid) ? owner : unreadable()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof SyntaxError) return unreadable()
    throw folderError(`cannot read ${file}`, error)
  }
}

/** A machine that lost power may leave an empty file: nobody owns it. */
function unreadable(): Owner {
  return { pid: 0, started: '', kind: 'server', socketDir: '' }
}

function isAlive(owner: Owner): boolean {
  return owner.pid > 0 && startTimeOf(owner.pid) === owner.started
}

function inUse(file: string, owner: Owner): EmbeddedPostgresError {
  const folder = file.slice(0, file.lastIndexOf('/'))
  return new EmbeddedPostgresError(
    `${folder} is in use by process ${owner.pid}; stop that one first, or set MAYDAY_DATA to another folder`,
  )
}

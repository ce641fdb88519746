import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrorCode } from './segment.ts'

/** Folders that this process holds: its own id in a lock file must not count as a dead holder's. */
const held = new Set<string>()

/**
 * Makes this process the only writer in the folder until the returned function is called. A lock
 * whose process is gone is taken over, so kill -9 leaves nothing to clean up by hand.
 *
 * @throws Error naming the process that has the folder
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock')
  if (held.has(path)) throw new Error(`The journal in ${folder} is already open in this process`)
  held.add(path)
  try {
    await takeLock(folder, path)
  } catch (error) {
    held.delete(path)
    throw error
  }
  return async () => {
    await rm(path, { force: true })
    held.delete(path)
  }
}

async function takeLock(folder: string, path: string): Promise<void> {
  const own = `${path}.${process.pid}`
  await writeFile(own, JSON.stringify(await describeProcess(process.pid)), { mode: 0o600 })
  try {
    // Two rounds: the second one after a dead holder's lock was moved out of the way.
    for (let round = 0; round < 2; round++) {
      if (await linkIfAbsent(own, path)) return
      const holder = await readHolder(path)
      if (holder !== undefined && (await isAlive(holder))) throw lockedBy(holder, folder)
      await removeDeadLock(path, holder)
    }
    throw lockedBy(await readHolder(path), folder)
  } finally {
    await rm(own, { force: true })
  }
}

/** A hard link comes into being whole or not at all, and only where no file is. */
async function linkIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (isErrorCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Moves it aside before deleting, to see that it is still the dead one and not a rival's new lock. */
async function removeDeadLock(path: string, dead: Holder | undefined): Promise<void> {
  const aside = `${path}.dead.${process.pid}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return
    throw error
  }
  const moved = await readHolder(aside)
  if (moved?.pid !== dead?.pid || moved?.startedAt !== dead?.startedAt) {
    await linkIfAbsent(aside, path)
  }
  await rm(aside, { force: true })
}

/** `startedAt` tells a process from a later one that was given the same id; Linux only, else empty. */
type Holder = { pid: number; startedAt: string }

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'))
    const { pid, startedAt } = (content ?? {}) as Partial<Holder>
    return typeof pid === 'number' && pid > 0 ? { pid, startedAt: String(startedAt) } : undefined
  } catch (error) {
    // A torn lock file is as good as none: its writer died before it held anything.
    if (error instanceof SyntaxError || isErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.pid === process.pid) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    if (!isErrorCode(error, 'EPERM')) return false
  }
  return (await describeProcess(holder.pid)).startedAt === holder.startedAt
}

async function describeProcess(pid: number): Promise<Holder> {
  if (process.platform !== 'linux') return { pid, startedAt: '' }
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8')
    // proc(5): field 22 is the start time; the name in field 2 may hold spaces and brackets.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    // A zombie answers signals, but it will never write again.
    return { pid, startedAt: fields[0] === 'Z' ? 'dead' : (fields[19] ?? '') }
  } catch {
    // Gone in this moment, or /proc is hidden: the id alone has to do.
    return { pid, startedAt: '' }
  }
}

function lockedBy(holder: Holder | undefined, folder: string): Error {
  return new Error(`Process ${holder?.pid ?? '(unknown)'} is already writing to ${folder}`)
}

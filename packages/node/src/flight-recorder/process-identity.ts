import { readFileSync, readlinkSync } from 'node:fs'
import type { RunRecord } from './run-record.ts'

/** A process gives a sign of life once a minute, also when it has nothing to do. */
const SILENT_MS = 5 * 60_000

/** Linux: since when this pid is that of the process, in ticks since the system's start. */
export function startTicks(pid: number | 'self'): string | undefined {
  const stat = statOf(pid)
  return stat?.isDead ? undefined : stat?.startTicks
}

/** Linux: inside of a container, pids mean something else than outside and in other containers. */
export function pidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    // Another system, or no right to look: pids are compared with more care then.
    return undefined
  }
}

type Identity = Pick<RunRecord, 'pid' | 'startTicks' | 'pidNamespace' | 'hostName' | 'beatAtMs'>

/** Whether the process is gone for certain. One of another container is, when it has been silent. */
export function isGone(run: Identity, here: { hostName: string; nowMs: number }): boolean {
  const isSilent = here.nowMs - run.beatAtMs > SILENT_MS
  const namespace = pidNamespace()
  if (namespace !== run.pidNamespace || run.hostName !== here.hostName) return isSilent
  if (run.startTicks !== undefined) return startTicks(run.pid) !== run.startTicks
  return isPidFree(run.pid) || isSilent
}

/** Whether no process has this pid; false when that cannot be said. */
export function isPidFree(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException | null)?.code === 'ESRCH'
  }
}

function statOf(pid: number | 'self'): { isDead: boolean; startTicks: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the name in parentheses, which may hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { isDead: fields[0] === 'Z' || fields[0] === 'X', startTicks: fields[19] ?? '' }
  } catch {
    // No such process, or no such system.
    return undefined
  }
}

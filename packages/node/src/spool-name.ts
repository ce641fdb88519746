import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { type DataCategory, isDataCategory } from '@mayday/protocol/data-category'

/** What a file of the spool tells by its name, so that nobody has to open it to count. */
export type SpoolName = {
  storedAtMs: number
  eventId: string
  category: DataCategory
  bytes: number
}

/** Who is about to send the file. */
type Claim = { host: string; pid: number; claimedAtMs: number }

const PATTERN =
  /^(\d{13})-([0-9a-f]{32})-([a-z_]{1,20})-(\d{1,9})\.envelope(?:\.([0-9a-f]{8})-(\d{1,10})-(\d{13}))?(\.part)?$/

/** Longer than any request takes; whoever holds a claim longer has it on a machine that is gone. */
const MAX_CLAIM_MS = 10 * 60_000
const CLOCK_SLACK_MS = 2000

export function formatSpoolName({ storedAtMs, eventId, category, bytes }: SpoolName): string {
  return `${storedAtMs}-${eventId}-${category}-${bytes}.envelope`
}

/** The name under which this process alone may send what `name` stands for. */
export function claimedName(name: SpoolName): string {
  return `${formatSpoolName(name)}.${thisHost()}-${process.pid}-${Date.now()}`
}

/**
 * Reads the name of a file; undefined for files that are not of the spool.
 *
 * `isFree`: nobody is at work on it, or whoever was is no more. `isPart`: it was not written to its
 * end when last seen.
 */
export function parseSpoolName(
  file: string,
): (SpoolName & { isFree: boolean; isPart: boolean }) | undefined {
  const match = PATTERN.exec(file)
  if (match === null) return undefined
  const [, storedAtMs, eventId = '', category, bytes, host, pid, claimedAtMs, part] = match
  if (!isDataCategory(category)) return undefined
  const claim = host && { host, pid: Number(pid), claimedAtMs: Number(claimedAtMs) }
  return {
    storedAtMs: Number(storedAtMs),
    eventId,
    category,
    bytes: Number(bytes),
    isFree: !claim || isAbandoned(claim),
    isPart: part !== undefined,
  }
}

function isAbandoned({ host, pid, claimedAtMs }: Claim): boolean {
  if (Date.now() - claimedAtMs > MAX_CLAIM_MS) return true
  if (host !== thisHost()) return false
  // In a container every process before us had our id, too.
  if (pid === process.pid) {
    return claimedAtMs < Date.now() - process.uptime() * 1000 - CLOCK_SLACK_MS
  }
  return !isAlive(pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Alive, but another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

let host: string | undefined

/** Process ids mean something on one machine, or in one container, alone. */
function thisHost(): string {
  host ??= createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
  return host
}

import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Dsn, formatDsn } from '@mayday/protocol/dsn'

/**
 * The folder in which events of one DSN wait on disk, such as `/tmp/mayday-1000-7-3f2a…`. It is named
 * by user and DSN, so that no event reaches another project, and is nobody's but the user's: a link,
 * or a folder that somebody else made under this name, is not used. Never throws.
 *
 * @param spoolDirectory where it lies; `undefined` is the system's folder for temporary files,
 *   `false` is nowhere
 * @param mayCreate `false` only looks for it
 * @returns its absolute path; `undefined` when there is none that can be trusted
 */
export function privateFolder(
  dsn: Dsn,
  spoolDirectory: string | false | undefined,
  mayCreate = true,
): string | undefined {
  if (spoolDirectory === false) return undefined
  try {
    const name = `mayday-${process.getuid?.() ?? 'user'}-${dsn.projectId}-${digestOf(formatDsn(dsn))}`
    const path = join(resolve(spoolDirectory ?? tmpdir()), name)
    // With `recursive`, a folder that is there already is no error.
    if (mayCreate) mkdirSync(path, { recursive: true, mode: 0o700 })
    return isOurs(path) ? path : undefined
  } catch {
    // Missing, read-only or full: the caller goes on without, and says so.
    return undefined
  }
}

function isOurs(path: string): boolean {
  const stats = lstatSync(path)
  if (!stats.isDirectory()) return false
  const uid = process.getuid?.()
  if (uid === undefined) return true
  if (stats.uid !== uid) return false
  // A folder of ours that others may look into was copied or restored so.
  if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700)
  return true
}

/**
 * 64 bits that tell one DSN from another. Not by `node:crypto`, which takes longer to load than the
 * rest of the SDK; nothing secret rests on it.
 */
function digestOf(text: string): string {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    high = Math.imul(high ^ code, 0x9e3779b1)
    low = Math.imul(low ^ code, 0x5f356495)
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}

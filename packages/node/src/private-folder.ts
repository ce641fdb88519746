import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Dsn, formatDsn } from '@mayday/protocol/dsn'
import { mix64 } from '@mayday/protocol/mix64'

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

function digestOf(text: string): string {
  return mix64(text)
    .map((half) => half.toString(16).padStart(8, '0'))
    .join('')
}

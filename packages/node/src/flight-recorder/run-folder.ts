import { isMainThread } from '../main-thread.ts'
import { privateFolder } from '../private-folder.ts'
import type { ResolvedOptions } from '../resolved-options.ts'

/**
 * Where processes of this program leave word of themselves. Undefined in worker threads, which are
 * parts of a process, and when the program wants nothing on disk or there is no place for it.
 */
export function runFolder({ dsn, spoolDirectory }: ResolvedOptions): string | undefined {
  return isMainThread() && dsn ? privateFolder(dsn, spoolDirectory) : undefined
}

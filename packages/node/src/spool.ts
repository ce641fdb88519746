import { readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { lstat, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataCategory } from '@mayday/protocol/data-category'
import type { Dsn } from '@mayday/protocol/dsn'
import { type Item, parseEnvelope } from '@mayday/protocol/envelope'
import type { ClientReason } from '@mayday/protocol/outcome'
import { privateFolder } from './private-folder.ts'
import { claimedName, formatSpoolName, parseSpoolName, type SpoolName } from './spool-name.ts'

const MAX_FILES = 64
/** Reports are small, and tell of what found no room. */
const MAX_REPORT_FILES = 8
const MAX_BYTES = 8 * 1024 * 1024
const RETRY_AFTER_MS = 60_000
export const MAX_AGE_MS: number = 7 * 24 * 60 * 60_000

/** What was taken back from the disk. */
export type Recovered = {
  eventId: string
  category: DataCategory
  items: Item[]
  storedAtMs: number
  file: string
}

export type SpoolListeners = {
  log: (line: string) => void
  drop: (reason: ClientReason, category: DataCategory) => void
}

export type SpoolOutcome = { file: string } | 'full' | 'unavailable'

/**
 * Envelopes on disk, one a file, bounded in number, bytes and age. A process that is at work on one
 * claims it by a rename, so that two that share the folder do not both send it; the claim of a process
 * that is no more does not count.
 *
 * Nothing here throws. Without a folder that can be written, everything is `unavailable`.
 */
export class Spool {
  readonly #dsn: Dsn
  readonly #directory: string | false | undefined
  readonly #tell: SpoolListeners
  #unavailableUntilMs = 0

  constructor(dsn: Dsn, directory: string | false | undefined, tell: SpoolListeners) {
    this.#dsn = dsn
    this.#directory = directory
    this.#tell = tell
  }

  /** Writes while the program stands still, which takes some 100 µs; `isClaimed`: we go on trying. */
  store(
    { eventId, category, storedAtMs }: Omit<SpoolName, 'bytes'>,
    envelope: Uint8Array,
    isClaimed: boolean,
  ): SpoolOutcome {
    if (performance.now() < this.#unavailableUntilMs) return 'unavailable'
    const folder = privateFolder(this.#dsn, this.#directory)
    if (folder === undefined) return this.#unavailable('no folder of our own')
    const name = { eventId, category, storedAtMs, bytes: envelope.length }
    const file = isClaimed ? claimedName(name) : formatSpoolName(name)
    const part = join(folder, `${claimedName(name)}.part`)
    try {
      if (this.#isFullWith(folder, name)) return 'full'
      writeFileSync(part, envelope, { mode: 0o600, flag: 'wx' })
      renameSync(part, join(folder, file))
      return { file }
    } catch (error) {
      unlinkQuietly(part)
      return this.#unavailable(String(error))
    }
  }

  /** Gives up a claim, for whoever comes first. Returns the name of the file from now on. */
  release(file: string): string {
    const name = parseSpoolName(file)
    const folder = privateFolder(this.#dsn, this.#directory, false)
    if (name === undefined || folder === undefined) return file
    const free = formatSpoolName(name)
    try {
      renameSync(join(folder, file), join(folder, free))
    } catch {
      // Taken by another process, or the folder is gone: neither is ours to repair.
    }
    return free
  }

  remove(file: string): void {
    const folder = privateFolder(this.#dsn, this.#directory, false)
    if (folder !== undefined) unlinkQuietly(join(folder, file))
  }

  /** Claims up to `max` envelopes, oldest first. Reads them without blocking. */
  async take(max: number): Promise<Recovered[]> {
    const folder = privateFolder(this.#dsn, this.#directory, false)
    if (folder === undefined) return []
    const taken: Recovered[] = []
    try {
      // One short call: what reads on is loaded where there is something to read, as there rarely is.
      for (const file of readdirSync(folder).sort()) {
        if (taken.length >= max) break
        const recovered = await this.#claim(folder, file)
        if (recovered) taken.push(recovered)
      }
    } catch (error) {
      this.#tell.log(`events on disk cannot be read: ${String(error)}`)
    }
    return taken
  }

  async #claim(folder: string, file: string): Promise<Recovered | undefined> {
    const name = parseSpoolName(file)
    if (name === undefined || !name.isFree) return undefined
    if (name.isPart || isTooOld(name)) {
      unlinkQuietly(join(folder, file))
      this.#tell.drop(name.isPart ? 'invalid' : 'network_error', name.category)
      return undefined
    }
    const claimed = claimedName(name)
    const path = join(folder, claimed)
    try {
      await rename(join(folder, file), path)
    } catch {
      // Another process was first, or the folder is read-only: sent from there, it would come again.
      return undefined
    }
    const items = await readItems(path, name)
    if (items !== undefined) return { ...name, items, file: claimed }
    unlinkQuietly(path)
    this.#tell.drop('invalid', name.category)
    return undefined
  }

  #isFullWith(folder: string, added: SpoolName): boolean {
    let files = 1
    let bytes = added.bytes
    for (const file of readdirSync(folder)) {
      const name = parseSpoolName(file)
      if (name === undefined) continue
      files++
      bytes += name.bytes
    }
    const isReport = added.category === 'internal'
    return files > MAX_FILES + (isReport ? MAX_REPORT_FILES : 0) || bytes > MAX_BYTES
  }

  #unavailable(why: string): 'unavailable' {
    this.#unavailableUntilMs = performance.now() + RETRY_AFTER_MS
    if (this.#directory !== false) this.#tell.log(`events are not kept on disk: ${why}`)
    return 'unavailable'
  }
}

export function isTooOld({ storedAtMs }: { storedAtMs: number }): boolean {
  return Date.now() - storedAtMs > MAX_AGE_MS
}

/** Undefined for what a crash of the machine, or a hand, has damaged. */
async function readItems(path: string, { bytes }: SpoolName): Promise<Item[] | undefined> {
  try {
    const stats = await lstat(path)
    if (!stats.isFile() || stats.size !== bytes) return undefined
    return parseEnvelope(await readFile(path)).items
  } catch {
    // Told by the caller, as a loss.
    return undefined
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Already gone, or not ours to change; the age bound takes care of what stays.
  }
}

import { readdirSync } from 'node:fs'
import { readFile, stat, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Client, Integration } from '../client.ts'
import { runOutsideContext } from '../current-scope.ts'
import { claimRun } from '../flight-recorder/claim-run.ts'
import { isClusterWorker } from '../flight-recorder/cluster-worker.ts'
import { isGone, isPidFree } from '../flight-recorder/process-identity.ts'
import {
  parseRunFileName,
  type RunFileName,
  readRunFile,
  runFileName,
} from '../flight-recorder/run-file.ts'
import { runFolder } from '../flight-recorder/run-folder.ts'
import { tellDeath } from '../flight-recorder/tell-death.ts'

/** A cluster's worker leaves its dead siblings to the primary, which knows more if it has the SDK. */
const CHILD_DELAY_MS = 10_000
/** When a process of another container that was here before has been silent for long enough. */
const SECOND_LOOK_MS = 6 * 60_000
const MAX_FILES = 200
const MAX_TOLD = 50
/** Files that no process can own any more. */
const STALE_MS = 24 * 60 * 60_000
/** Node may still be writing a report. */
const WRITING_MS = 10_000

/**
 * Looks, some time after the start, whether an earlier process of this program died without a word,
 * and tells how. Reads a folder of the SDK's own; keeps nothing alive.
 */
export const previousRunIntegration: Integration = {
  name: 'previous-run',
  install(client) {
    const folder = runFolder(client.options)
    if (folder === undefined) return () => undefined
    const look = () => void tellPreviousRuns(client, folder)
    const delayMs = isClusterWorker() ? CHILD_DELAY_MS : 0
    const timers = runOutsideContext(() => [
      setTimeout(look, delayMs).unref(),
      setTimeout(look, SECOND_LOOK_MS).unref(),
    ])
    return () => timers.forEach(clearTimeout)
  },
}

async function tellPreviousRuns(client: Client, folder: string): Promise<void> {
  try {
    // Events that wait to be sent lie here, too.
    const isOfRun = (name: string) => name.startsWith('taken-') || parseRunFileName(name)
    // One short call: what reads on is loaded where there is something to read, as there rarely is.
    const names = readdirSync(folder).filter(isOfRun).slice(0, MAX_FILES)
    let told = 0
    for (const name of names) {
      const file = parseRunFileName(name)
      if (file && isOwn(file)) continue
      const left = file && (await isLeft(folder, file, names))
      if (!left) {
        if (file?.kind === 'ended' || name.startsWith('taken-')) await removeStale(folder, name)
        continue
      }
      const claimed = told < MAX_TOLD ? await claimRun(folder, file) : undefined
      if (claimed && tellDeath(client, file, claimed)) told++
    }
  } catch (error) {
    client.log(`could not look for previous runs: ${String(error)}`)
  }
}

/** In a container each start may have the same pid, but not before this process began. */
function isOwn({ pid, startedAtMs }: RunFileName): boolean {
  return pid === process.pid && startedAtMs >= Math.floor(performance.timeOrigin)
}

/** Whether the file is of a process that died. */
async function isLeft(folder: string, file: RunFileName, names: string[]): Promise<boolean> {
  const { kind, pid, startedAtMs } = file
  const path = join(folder, runFileName(kind, pid, startedAtMs))
  if (kind === 'report') {
    // Of a process that died before it wrote anything of its own; else it is taken with that.
    if (names.includes(runFileName('run', pid, startedAtMs))) return false
    return isPidFree(pid) || (await ageOf(path)) > WRITING_MS
  }
  if (kind !== 'run') return false
  const record = await readFile(path).then(readRunFile, () => undefined)
  if (record === undefined) return isPidFree(pid) || (await ageOf(path)) > STALE_MS
  return isGone(record, { hostName: hostname(), nowMs: Date.now() })
}

/** Left by a process that was killed while it looked, or whose parent does not watch. */
async function removeStale(folder: string, name: string): Promise<void> {
  const path = join(folder, name)
  if ((await ageOf(path)) > STALE_MS) await unlink(path).catch(() => undefined)
}

/** In milliseconds; of a file that is gone, 0. */
async function ageOf(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
}

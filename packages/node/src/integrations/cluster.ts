import type { Worker } from 'node:cluster'
import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { captureSeed } from '../capture.ts'
import type { Client, Integration } from '../client.ts'
import { currentContext, runOutsideContext } from '../current-scope.ts'
import { causeOfDeath, type Evidence } from '../flight-recorder/cause-of-death.ts'
import { claimRun } from '../flight-recorder/claim-run.ts'
import { isClusterWorker, loadCluster } from '../flight-recorder/cluster-worker.ts'
import { parseRunFileName } from '../flight-recorder/run-file.ts'
import { runFolder } from '../flight-recorder/run-folder.ts'
import { tellDeath } from '../flight-recorder/tell-death.ts'
import { isMainThread } from '../main-thread.ts'

/** For a program that comes to its cluster late. */
const LOOK_EVERY_MS = 5000

/**
 * In the primary of a cluster: tells at once of a worker that died without telling it itself, by
 * what the primary alone knows, its signal and exit code, and by what the worker left on disk.
 */
export const clusterIntegration: Integration = {
  name: 'cluster',
  install(client) {
    if (!isMainThread() || isClusterWorker()) return () => undefined
    const onExit = (worker: Worker, code: number | null, signal: string | null) =>
      void tellWorker(client, worker, { code, signal, atMs: Date.now() })
    let uninstall: (() => void) | undefined
    const watch = () => {
      if (!isClusterLoaded()) return
      timers.forEach(clearTimeout)
      const cluster = loadCluster()
      cluster.on('exit', onExit)
      uninstall = () => cluster.off('exit', onExit)
    }
    const timers = runOutsideContext(() => [
      setTimeout(watch, 0).unref(),
      setInterval(watch, LOOK_EVERY_MS).unref(),
    ])
    return () => {
      timers.forEach(clearTimeout)
      uninstall?.()
    }
  },
}

/** Most programs have no cluster, and loading the module takes a millisecond and a megabyte. */
function isClusterLoaded(): boolean {
  const { moduleLoadList } = process as { moduleLoadList?: unknown }
  return !Array.isArray(moduleLoadList) || moduleLoadList.includes('NativeModule cluster')
}

type Exit = NonNullable<Evidence['exit']>

async function tellWorker(client: Client, worker: Worker, exit: Exit): Promise<void> {
  const pid = worker.process.pid
  try {
    const folder = runFolder(client.options)
    const names = folder === undefined ? [] : await readdir(folder)
    const files = names.flatMap((name) => {
      const file = parseRunFileName(name)
      return file && file.pid === pid ? [{ ...file, name }] : []
    })
    const ended = files.find(({ kind }) => kind === 'ended')
    if (folder && ended) await unlink(join(folder, ended.name))
    const left =
      files.find(({ kind }) => kind === 'run') ?? files.find(({ kind }) => kind === 'report')
    const claimed = folder && left ? await claimRun(folder, left) : undefined
    if (left && claimed) tellDeath(client, left, claimed, exit)
    else if (files.length === 0) tellUnknown(worker, exit, folder)
  } catch (error) {
    client.log(`could not tell of worker ${pid}: ${String(error)}`)
  }
}

/** A worker without the SDK. Without a folder it may have had it, and told of its exception. */
function tellUnknown(worker: Worker, exit: Exit, folder: string | undefined): void {
  if (exit.signal === null && (folder === undefined || worker.exitedAfterDisconnect)) return
  const cause = causeOfDeath({ record: undefined, report: undefined, oomKills: undefined, exit })
  if (cause === undefined) return
  captureSeed(
    {
      level: cause.level,
      exception: {
        values: [
          {
            type: cause.type,
            value: cause.sentence,
            mechanism: { type: cause.mechanism, handled: false },
          },
        ],
      },
      fingerprint: ['process-death', cause.mechanism, String(exit.signal ?? exit.code)],
      contexts: {
        process_end: { pid: worker.process.pid, signal: exit.signal, exit_code: exit.code },
      },
    },
    currentContext(),
  )
}

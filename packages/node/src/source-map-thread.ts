import { Worker } from 'node:worker_threads'
import { lookUp, type Original, type Position } from './source-map.ts'

const TIMEOUT_MS = 5000
const MAX_HEAP_MB = 256

/**
 * {@link lookUp} in a thread that lives only for this: JSON of some megabytes would hold up the
 * program for some ten milliseconds. Does not keep the process alive. Undefined when it did not
 * succeed; never rejects.
 */
export async function lookUpInThread(
  bytes: Uint8Array,
  positions: Position[],
): Promise<(Original | undefined)[] | undefined> {
  let worker: Worker | undefined
  let timer: NodeJS.Timeout | undefined
  try {
    const started = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads')
      const lookUp = ${lookUp.toString()}
      parentPort.postMessage(lookUp(workerData.bytes, workerData.positions))`,
      {
        eval: true,
        workerData: { bytes, positions },
        execArgv: [],
        env: {},
        stdout: true,
        stderr: true,
        resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      },
    )
    worker = started
    started.unref()
    return await new Promise((resolve) => {
      timer = setTimeout(() => resolve(undefined), TIMEOUT_MS).unref()
      started.once('message', resolve)
      started.once('error', () => resolve(undefined))
      started.once('exit', () => resolve(undefined))
    })
  } catch {
    // No threads allowed: frames keep the positions of the built code.
    return undefined
  } finally {
    clearTimeout(timer)
    void worker?.terminate()
  }
}

import { Worker } from 'node:worker_threads'

/** One request, ready to be posted. */
export type Delivery = {
  url: string
  headers: Record<string, string | number>
  body: Uint8Array
}

/** Less is not enough to start a thread. */
const MIN_TIMEOUT_MS = 20

type WorkerInput = { deliveries: Delivery[]; timeoutMs: number; done: Int32Array }

/**
 * Posts while this thread stands still, for a process that is about to end and will run no more
 * callbacks. Costs some 50 ms; takes at most `timeoutMs`.
 *
 * A thread is used, and not Node's hooks for ending later, because so nothing changes in how the
 * process ends: Node itself prints the error, runs exit listeners and chooses the exit code.
 *
 * @returns whether all were answered in time; never throws
 */
export function deliverBeforeExit(deliveries: Delivery[], timeoutMs: number): boolean {
  if (timeoutMs < MIN_TIMEOUT_MS) return false
  try {
    const done = new Int32Array(new SharedArrayBuffer(4))
    const workerData: WorkerInput = { deliveries, timeoutMs, done }
    const worker = new Worker(`(${deliver.toString()})(require)`, {
      eval: true,
      workerData,
      // What was preloaded into the app, such as a tracer, has no business in this thread.
      execArgv: [],
      env: {},
      stdout: true,
      stderr: true,
    })
    worker.on('error', () => undefined)
    worker.unref()
    return Atomics.wait(done, 0, 0, timeoutMs) !== 'timed-out'
  } catch {
    // No threads allowed (permission model) or left: the events are lost with the process.
    return false
  }
}

/** Runs in the worker from its own source text, so it may use nothing from outside itself. */
function deliver(load: NodeJS.Require): void {
  const { workerData } = load('node:worker_threads') as { workerData: WorkerInput }
  const { deliveries, timeoutMs, done } = workerData
  let left = deliveries.length
  for (const { url, headers, body } of deliveries) {
    const http = load(
      url.startsWith('https:') ? 'node:https' : 'node:http',
    ) as typeof import('node:http')
    const request = http.request(
      url,
      { method: 'POST', headers, timeout: timeoutMs },
      (response) => {
        response.resume()
      },
    )
    request.on('error', () => undefined)
    request.on('close', () => {
      left--
      if (left > 0) return
      Atomics.store(done, 0, 1)
      Atomics.notify(done, 0)
    })
    request.end(body)
  }
}

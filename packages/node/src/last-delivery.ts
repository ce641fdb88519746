import { Worker } from 'node:worker_threads'

/** One request, ready to be posted. */
export type Delivery = {
  url: string
  headers: Record<string, string | number>
  body: Uint8Array
}

/** Less is not enough to start a thread. */
const MIN_TIMEOUT_MS = 20

/** `answers` holds a status for each delivery, 0 for none, and before them how many are over. */
type WorkerInput = { deliveries: Delivery[]; timeoutMs: number; answers: Int32Array }

/**
 * Posts while this thread stands still, for a process that is about to end and will run no more
 * callbacks. Costs some 50 ms; takes at most `timeoutMs`.
 *
 * A thread is used, and not Node's hooks for ending later, because so nothing changes in how the
 * process ends: Node itself prints the error, runs exit listeners and chooses the exit code.
 *
 * @returns the status of each answer, in the same order, 0 where there was none; never throws
 */
export function deliverBeforeExit(deliveries: Delivery[], timeoutMs: number): number[] {
  const answers = new Int32Array(new SharedArrayBuffer(4 * (deliveries.length + 1)))
  const statuses = () => Array.from(answers.subarray(1))
  if (timeoutMs < MIN_TIMEOUT_MS) return statuses()
  try {
    const workerData: WorkerInput = { deliveries, timeoutMs, answers }
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
    waitForAll(answers, deliveries.length, timeoutMs)
  } catch {
    // No threads allowed (permission model) or left: the caller is told that nothing was answered.
  }
  return statuses()
}

function waitForAll(answers: Int32Array, count: number, timeoutMs: number): void {
  const endsAtMs = performance.now() + timeoutMs
  let over = Atomics.load(answers, 0)
  while (over < count) {
    const leftMs = endsAtMs - performance.now()
    if (leftMs <= 0 || Atomics.wait(answers, 0, over, leftMs) === 'timed-out') return
    over = Atomics.load(answers, 0)
  }
}

/** Runs in the worker from its own source text, so it may use nothing from outside itself. */
function deliver(load: NodeJS.Require): void {
  const { workerData } = load('node:worker_threads') as { workerData: WorkerInput }
  const { deliveries, timeoutMs, answers } = workerData
  const isHttps = deliveries[0]?.url.startsWith('https:')
  const http = load(isHttps ? 'node:https' : 'node:http') as typeof import('node:http')
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
  deliveries.forEach(({ url, headers, body }, index) => {
    const options = { method: 'POST', headers, timeout: timeoutMs, agent }
    const request = http.request(url, options, (response) => {
      Atomics.store(answers, index + 1, response.statusCode ?? 0)
      response.resume()
    })
    request.on('error', () => undefined)
    request.on('close', () => {
      Atomics.add(answers, 0, 1)
      Atomics.notify(answers, 0)
    })
    request.end(body)
  })
}

import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { JournalPosition } from '../journal/record.ts'
import { strikeKey } from './batch-reader.ts'
import type {
  DigestProgress,
  DigestWorkerData,
  FromDigest,
  Strikes,
  ToDigest,
} from './digest-messages.ts'
import { DigestSignal } from './digest-signal.ts'

/** A record that takes the pure steps this long makes them loop; a large one takes 0.1 s. */
const MAX_STEP_MS = 10_000
const WATCH_MS = 1_000
const FIRST_RESTART_MS = 100
const LONGEST_RESTART_MS = 5_000
/** Running this long shows that the last fault is over. */
const HEALTHY_MS = 60_000
/** A frozen database must not hold up the end of the program; what is not stored is in the journal. */
const STOP_TIMEOUT_MS = 4_000

export type DigestThreadOptions = {
  databaseUrl: string
  journalDir: string
  retentionDays: number
  log: Logger
  /** Another program for the thread and another patience, by which tests provoke faults. */
  test?: { entry: URL; maxStepMs: number }
}

/** Keeps a digest running on a thread of its own: starts it again when it dies or loops. */
export class DigestThread {
  /** What the thread has done since it was last started; at most a second old. */
  progress: DigestProgress = { digested: 0, duplicates: 0, rejected: 0, deadLetters: 0, lagMs: 0 }
  readonly #options: DigestThreadOptions
  readonly #signal = new DigestSignal()
  readonly #strikes: Strikes = {}
  readonly #watchdog: NodeJS.Timeout
  readonly #maxStepMs: number
  #worker: Worker | undefined
  #startedAtMs = 0
  #restartMs = FIRST_RESTART_MS
  #isStopping = false
  #watched = { step: 0, sinceMs: 0 }
  readonly #ended: Promise<void>

  private constructor(options: DigestThreadOptions) {
    this.#options = options
    this.#maxStepMs = options.test?.maxStepMs ?? MAX_STEP_MS
    this.#ended = this.#keepRunning()
    this.#watchdog = setInterval(() => this.#watch(), Math.min(WATCH_MS, this.#maxStepMs)).unref()
  }

  static start(options: DigestThreadOptions): DigestThread {
    return new DigestThread(options)
  }

  /** Tells it that the journal has grown. Costs nothing while it is at work. */
  appended(): void {
    if (this.#signal.appended()) this.#send('wake')
  }

  /** Resolves when the batch that is being stored is stored, after four seconds in any case. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#send('stop')
    const timeout = new AbortController()
    await Promise.race([
      this.#ended,
      wait(STOP_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => {
        // Not needed any more: the thread has ended.
      }),
    ])
    timeout.abort()
    await this.#worker?.terminate()
    await this.#ended
    clearInterval(this.#watchdog)
  }

  async #keepRunning(): Promise<void> {
    while (!this.#isStopping) {
      const error = await this.#runOnce()
      if (this.#isStopping) return
      const record = this.#signal.current().record
      if (record) this.#strike(record)
      this.#options.log.error({ error, record }, 'The digest thread has ended; it starts again')
      const wasHealthy = performance.now() - this.#startedAtMs > HEALTHY_MS
      this.#restartMs = wasHealthy
        ? FIRST_RESTART_MS
        : Math.min(this.#restartMs * 2, LONGEST_RESTART_MS)
      await wait(this.#restartMs)
    }
  }

  /** Gives what has ended the thread. */
  #runOnce(): Promise<unknown> {
    this.#signal.reset()
    this.#startedAtMs = performance.now()
    const { databaseUrl, journalDir, retentionDays, test } = this.#options
    const workerData: DigestWorkerData = {
      databaseUrl,
      journalDir,
      retentionDays,
      signal: this.#signal.buffer,
      strikes: this.#strikes,
    }
    const worker = new Worker(test?.entry ?? entry(), { workerData, name: 'digest' })
    this.#worker = worker
    worker.on('message', (message: FromDigest) => this.#receive(message))
    return new Promise((resolve) => {
      let error: unknown
      worker.on('error', (cause) => {
        error = cause
      })
      worker.on('exit', () => {
        this.#worker = undefined
        resolve(error)
      })
    })
  }

  #receive(message: FromDigest): void {
    if (message.type === 'progress') {
      this.progress = message.progress
      return
    }
    const [level, text, facts] = message.line
    this.#options.log[level](facts ?? {}, text)
  }

  #send(message: ToDigest): void {
    this.#worker?.postMessage(message)
  }

  /** A record may stop the thread by looping, by using up its memory, or by breaking the engine. */
  #strike(record: JournalPosition): void {
    const key = strikeKey(record)
    this.#strikes[key] = (this.#strikes[key] ?? 0) + 1
  }

  #watch(): void {
    const { step, record } = this.#signal.current()
    const nowMs = performance.now()
    if (record === undefined || step !== this.#watched.step) {
      this.#watched = { step, sinceMs: nowMs }
      return
    }
    if (nowMs - this.#watched.sinceMs < this.#maxStepMs) return
    // Ending it takes a moment, in which this must not be said again.
    this.#watched.sinceMs = Number.POSITIVE_INFINITY
    this.#options.log.error({ record }, 'An event makes digest loop; the thread is ended')
    void this.#worker?.terminate()
  }
}

/** Compiled or, with a loader for TypeScript, as it stands. */
function entry(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./digest-worker.${extension}`, import.meta.url)
}

import type { Client } from '../client.ts'
import { runOutsideContext } from '../current-scope.ts'
import { watchRequests } from '../requests-in-flight.ts'
import { heapLimit, recordIdentity, recordRequests, recordTrail } from './current-record.ts'
import { RunFile } from './run-file.ts'
import type { RunRecord } from './run-record.ts'

const TICK_MS = 1000
/** Between two signs of life of a process that has nothing to do. */
const IDLE_BEAT_MS = 60_000
/** Beginnings of requests are written at once while this many a second are not exceeded. */
const MAX_WRITES_PER_SECOND = 10
const TRAILING_MS = 100
const TREND_EVERY_MS = 10_000
const MAX_TREND = 30
/** Of the heap's limit; less is no change. */
const HEAP_STEP = 1 / 32

/**
 * Keeps on disk what the process is doing, for the case that it dies without a word. Nothing here
 * keeps it alive; when the file cannot be written, recording ends.
 */
export class FlightRecorder {
  readonly #client: Client
  readonly #folder: string
  readonly #startedAtMs: number
  readonly #unwatch: () => void
  #timer: NodeJS.Timeout
  #record: RunRecord | undefined
  #file: RunFile | undefined
  #isOver = false
  #trailing: NodeJS.Timeout | undefined
  #writesLeft = MAX_WRITES_PER_SECOND
  #refilledAtMs = 0
  #tickedAtMs = 0
  #trendAtMs = -Infinity

  /** Writes nothing before the event loop turns: what ends until then has done nothing to tell of. */
  constructor(client: Client, folder: string, startedAtMs: number) {
    this.#client = client
    this.#folder = folder
    this.#startedAtMs = startedAtMs
    this.#timer = runOutsideContext(() => setTimeout(() => this.#begin(), 0).unref())
    this.#unwatch = watchRequests({
      onBegin: (nowMs) => this.#onBegin(nowMs),
      onEnd: () => this.#writeSoon(),
    })
  }

  /** @param isTold whether a parent that watches should see that the end was orderly */
  end(isTold: boolean): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    clearTimeout(this.#trailing)
    this.#unwatch()
    const file = this.#file
    this.#file = undefined
    try {
      file?.end(isTold)
    } catch (error) {
      this.#client.log(`the flight recorder could not take its file away: ${String(error)}`)
    }
  }

  #begin(): void {
    if (this.#isOver || this.#file !== undefined) return
    clearTimeout(this.#timer)
    this.#tickedAtMs = performance.now()
    this.#timer = runOutsideContext(() => setInterval(() => this.#tick(), TICK_MS).unref())
    try {
      this.#record = {
        ...recordIdentity(this.#client.options, this.#startedAtMs),
        beatAtMs: Date.now(),
        beatEveryMs: IDLE_BEAT_MS,
        requests: [],
        requestCount: 0,
        memory: { heapUsed: 0, heapLimit: 0, rss: process.memoryUsage.rss() },
        trend: [],
        loopDelayMs: 0,
        ...runOutsideContext(recordTrail),
      }
      this.#file = new RunFile(this.#folder, process.pid, this.#startedAtMs)
      this.#write()
    } catch (error) {
      this.#giveUp(error)
    }
  }

  #onBegin(nowMs: number): void {
    if (this.#file === undefined) {
      this.#begin()
      return
    }
    const refill = ((nowMs - this.#refilledAtMs) / 1000) * MAX_WRITES_PER_SECOND
    if (refill >= 1) {
      this.#writesLeft = Math.min(MAX_WRITES_PER_SECOND, this.#writesLeft + Math.floor(refill))
      this.#refilledAtMs = nowMs
    }
    if (this.#writesLeft === 0) {
      this.#writeSoon()
      return
    }
    this.#writesLeft--
    this.#write()
  }

  /** So that what began, or ended, without being written is told a moment later. */
  #writeSoon(): void {
    if (this.#trailing || this.#file === undefined) return
    this.#trailing = runOutsideContext(() =>
      setTimeout(() => {
        this.#trailing = undefined
        this.#write()
      }, TRAILING_MS).unref(),
    )
  }

  #tick(): void {
    const nowMs = performance.now()
    const record = this.#record
    if (record === undefined) return
    record.loopDelayMs = Math.max(0, Math.round(nowMs - this.#tickedAtMs - TICK_MS))
    this.#tickedAtMs = nowMs
    const idleMs = Date.now() - record.beatAtMs
    const heapBefore = record.memory.heapUsed
    // Not at the start: `node:v8` is a megabyte that a short script does not load.
    record.memory.heapLimit ||= heapLimit()
    const { heapUsed } = process.memoryUsage()
    const hasMoved = Math.abs(heapUsed - heapBefore) > record.memory.heapLimit * HEAP_STEP
    const isTrendDue = nowMs - this.#trendAtMs >= TREND_EVERY_MS
    if (isTrendDue) this.#addTrend(record.trend, nowMs, heapUsed)
    const newestBefore = record.breadcrumbs.at(-1)?.timestamp
    Object.assign(record, recordTrail())
    const hasTrail = record.breadcrumbs.at(-1)?.timestamp !== newestBefore
    if (hasTrail || hasMoved || record.requestCount > 0 || idleMs >= IDLE_BEAT_MS) {
      record.memory.rss = process.memoryUsage.rss()
      this.#write()
    }
  }

  #addTrend(trend: RunRecord['trend'], nowMs: number, heapUsed: number): void {
    this.#trendAtMs = nowMs
    trend.push([Date.now(), heapUsed, process.memoryUsage.rss()])
    if (trend.length > MAX_TREND) trend.shift()
  }

  #write(): void {
    const record = this.#record
    if (this.#file === undefined || record === undefined) return
    try {
      const { requests, requestCount } = recordRequests()
      record.requests = requests
      record.requestCount = requestCount
      record.beatEveryMs = requestCount > 0 ? TICK_MS : IDLE_BEAT_MS
      if (requestCount > 0) record.memory.heapLimit ||= heapLimit()
      record.memory.heapUsed = process.memoryUsage().heapUsed
      record.beatAtMs = Date.now()
      if (this.#file.write(record)) return
      record.breadcrumbs = []
      record.tags = undefined
      this.#file.write(record)
    } catch (error) {
      this.#giveUp(error)
    }
  }

  /** The disk is full, or the folder was taken away: the program goes on without. */
  #giveUp(error: unknown): void {
    this.#client.log(`the flight recorder is off: ${String(error)}`)
    this.end(false)
  }
}

import type { Agent } from 'node:http'
import type { DataCategory } from '@mayday/protocol/data-category'
import type { Dsn } from '@mayday/protocol/dsn'
import type { ClientReason } from '@mayday/protocol/outcome'
import { ClientReports } from './client-reports.ts'
import { runOutsideContext } from './current-scope.ts'
import { deliverLast, type LastParts, leaveAll } from './last-words.ts'
import { QuietLog } from './quiet-log.ts'
import { itemsWith, newWaiting, SendQueue, type Waiting } from './send-queue.ts'
import { eventItem, isFinal, isSuccess, MAX_CONNECTIONS, Sender } from './sender.ts'
import { isTooOld, Spool } from './spool.ts'
import { type WaitFor, Waits, within } from './waits.ts'

/** An event as bytes, on its way; or an item of another type. */
export type Outgoing = {
  eventId: string
  category: DataCategory
  payload: Uint8Array
  itemType?: 'check_in'
}

export type TransportOptions = {
  spoolDirectory?: string | false | undefined
  tunnel?: string | undefined
  sendClientReports?: boolean
}

/** An event that the server fails on, while it takes others, must not be sent for ever. */
const MAX_REFUSALS = 4
const MAX_TAKEN_AT_ONCE = 8

/**
 * Sends events and never throws. Waiting events are bounded in number and bytes; newer ones are
 * dropped first, since older ones say when it began. While the server is away they are kept on disk,
 * too, and what a process before us has left there is sent. Nothing here keeps the process alive, but
 * an awaited {@link Transport.flush}.
 */
export class Transport {
  readonly #sender: Sender
  readonly #spool: Spool
  readonly #queue: SendQueue
  readonly #reports: ClientReports
  readonly #log: (line: string) => void
  readonly #quiet: QuietLog
  readonly #waits = new Waits()
  /** Called when {@link hasUnsaved} may have changed. */
  onChange: (() => void) | undefined
  #isHeld = false
  #isClosed = false
  #sentCount = 0
  #mayHaveOnDisk = true
  #isTaking = false
  #timer: NodeJS.Timeout | undefined

  constructor(dsn: Dsn, log: (line: string) => void, options: TransportOptions = {}) {
    this.#log = log
    this.#quiet = new QuietLog(log)
    this.#sender = new Sender(dsn, this.#quiet, options.tunnel)
    this.#spool = new Spool(dsn, options.spoolDirectory, {
      log: (line) => this.#quiet.write('spool', line),
      drop: (reason, category) => this.drop(reason, category),
    })
    this.#queue = new SendQueue(this.#spool)
    const { sendClientReports = true } = options
    this.#reports = new ClientReports(sendClientReports, (report) => this.#sender.report(report))
    // After the program's own start, and not at all if that was all there was to do.
    setImmediate(() => this.#pump()).unref()
  }

  get agent(): Agent {
    return this.#sender.agent
  }

  /** Whether something would be lost if the process died now. */
  get hasUnsaved(): boolean {
    return this.#queue.hasUnsaved
  }

  send({ eventId, category, payload, itemType }: Outgoing): void {
    if (this.#sender.rateLimits.isLimited(category)) {
      this.drop('ratelimit_backoff', category)
      return
    }
    const items = [eventItem(payload, itemType)]
    const waiting = newWaiting({
      eventId,
      category,
      items,
      storedAtMs: Date.now(),
      file: undefined,
    })
    if (!this.#queue.hasRoomFor(waiting.bytes)) {
      this.#overflow(waiting)
      return
    }
    this.#queue.add(waiting)
    if (this.#sender.server.isFailing) this.#queue.saveAll()
    this.#pump()
  }

  /** Counts what is lost, and has the server told of it within half a minute. */
  drop(reason: ClientReason, category: DataCategory): void {
    this.#quiet.write(reason, `dropped (${reason})`)
    this.#reports.count(reason, category)
  }

  /**
   * Waits until everything has been sent, also the counts of what was dropped. Keeps the process
   * alive meanwhile.
   *
   * @returns whether that was so within `timeoutMs`
   */
  async flush(timeoutMs: number): Promise<boolean> {
    const sent = this.#idle('nothing left').then(() => this.#reports.send())
    return within(timeoutMs, sent)
  }

  /**
   * Waits as {@link Transport.flush} does, but gives up as soon as the server could not be reached,
   * and does not wait for what processes before us have left.
   */
  async tryOnce(timeoutMs: number): Promise<void> {
    if (!this.#queue.hasOwn) return
    await within(timeoutMs, this.#idle('standing still'))
  }

  /** Keeps what is sent from now on for {@link flushBeforeExit} or {@link saveForOthers}. */
  hold(): void {
    this.#isHeld = true
  }

  /** Puts all that is left on disk, for a process that may die at once, but goes on sending. */
  saveForOthers(): void {
    this.#isHeld = false
    this.#queue.saveForOthers()
    this.#pump()
  }

  /**
   * Sends all that is left, at once and in the way of everything else; see `last-delivery.ts`. What
   * is not answered stays on disk for the next start.
   */
  flushBeforeExit(timeoutMs: number): void {
    this.#isHeld = false
    deliverLast(this.#parts(), timeoutMs)
  }

  /** What is not sent is left on disk. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    leaveAll(this.#parts())
  }

  #pump(): void {
    if (this.#isHeld || this.#isClosed) return
    while (this.#queue.sendingCount < MAX_CONNECTIONS && !this.#sender.server.isPaused) {
      const waiting = this.#queue.next()
      if (waiting === undefined) break
      if (this.#sender.rateLimits.isLimited(waiting.category)) this.#keepBack(waiting)
      else void runOutsideContext(() => this.#transmit(waiting))
    }
    const mayTake = this.#mayHaveOnDisk && !this.#isTaking && !this.#sender.server.isPaused
    if (mayTake && this.#queue.isEmpty) void this.#takeFromDisk()
    this.#wake()
    this.onChange?.()
  }

  #wake(): void {
    if (this.#waits.isEmpty) return
    const isNothingLeft = this.#queue.isEmpty && !this.#isTaking && !this.#mayHaveOnDisk
    this.#waits.settle(isNothingLeft, this.#queue.sendingCount === 0 || !this.#queue.hasOwn)
  }

  async #transmit(waiting: Waiting): Promise<void> {
    const report = this.#reports.take()
    try {
      const answer = await this.#sender.post(itemsWith(waiting, report), waiting.eventId)
      this.#reports.settle(report, answer.status)
      // Otherwise the process has begun to end, and it is no longer ours.
      if (this.#queue.isSending(waiting)) this.#settle(waiting, answer.status)
    } catch (error) {
      this.#reports.settle(report, 0)
      this.#sender.tellFailure(waiting.eventId, error)
      if (this.#queue.isSending(waiting)) this.#retry(waiting, 'first')
    }
    this.#pump()
  }

  #settle(waiting: Waiting, status: number): void {
    if (isSuccess(status)) {
      // Events may have found room on disk alone, also those of a process beside us.
      this.#mayHaveOnDisk ||= this.#sender.server.isFailing
      this.#sender.server.succeeded()
      this.#sentCount++
      this.#log(`sent ${waiting.eventId}`)
      this.#queue.forget(waiting)
      return
    }
    this.#quiet.write(`status ${status}`, `the server answered ${status} to ${waiting.eventId}`)
    if (status === 429) {
      // The server has counted it as rate limited.
      this.#queue.forget(waiting)
    } else if (isFinal(status) || this.#isToBlame(waiting)) {
      this.#discard(waiting, 'send_error')
    } else {
      this.#retry(waiting, 'last')
    }
  }

  #isToBlame(waiting: Waiting): boolean {
    if (waiting.refusals++ === 0) waiting.sentBeforeRefusal = this.#sentCount
    return waiting.refusals >= MAX_REFUSALS && this.#sentCount > waiting.sentBeforeRefusal
  }

  #retry(waiting: Waiting, place: 'first' | 'last'): void {
    if (isTooOld(waiting)) {
      this.#discard(waiting, 'network_error')
      return
    }
    this.#queue.putBack(waiting, place)
    this.#queue.saveAll()
    this.#pumpIn(this.#sender.server.failed())
  }

  #pumpIn(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#pump(), Math.ceil(delayMs) + 1).unref()
  }

  #overflow(waiting: Waiting): void {
    const outcome = this.#sender.server.isAway ? this.#queue.store(waiting) : 'unavailable'
    if (typeof outcome === 'object') this.#mayHaveOnDisk = true
    else this.drop(outcome === 'full' ? 'cache_overflow' : 'queue_overflow', waiting.category)
  }

  /** Ours are dropped, since new ones come; what was left on disk waits there on. */
  #keepBack(waiting: Waiting): void {
    if (!waiting.isRecovered) {
      this.#discard(waiting, 'ratelimit_backoff')
      return
    }
    this.#queue.leave(waiting)
    this.#mayHaveOnDisk = false
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#mayHaveOnDisk = true
      this.#pump()
    }, this.#sender.rateLimits.remainingMs(waiting.category) + 1).unref()
  }

  #discard(waiting: Waiting, reason: ClientReason): void {
    this.#queue.forget(waiting)
    this.drop(reason, waiting.category)
  }

  #parts(): LastParts {
    return {
      queue: this.#queue,
      sender: this.#sender,
      spool: this.#spool,
      reports: this.#reports,
      drop: (reason, category) => this.drop(reason, category),
      log: this.#log,
    }
  }

  async #takeFromDisk(): Promise<void> {
    this.#isTaking = true
    const taken = await runOutsideContext(() => this.#spool.take(MAX_TAKEN_AT_ONCE))
    this.#isTaking = false
    this.#mayHaveOnDisk = taken.length > 0
    for (const recovered of taken) {
      if (this.#isClosed) this.#spool.release(recovered.file)
      else this.#queue.add(newWaiting(recovered))
    }
    this.#pump()
  }

  #idle(until: WaitFor): Promise<void> {
    this.#sender.server.endPause()
    const idle = this.#waits.until(until)
    this.#pump()
    return idle
  }
}

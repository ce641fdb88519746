import type { DataCategory } from '@mayday/protocol/data-category'
import type { Item } from '@mayday/protocol/envelope'
import type { ClientReport } from '@mayday/protocol/outcome'
import { envelopeOf, reportItem } from './sender.ts'
import type { Recovered, Spool, SpoolOutcome } from './spool.ts'

/** An envelope on its way, with what has happened to it so far. */
export type Waiting = {
  eventId: string
  category: DataCategory
  items: Item[]
  bytes: number
  storedAtMs: number
  /** How often the server failed on it, and how many others it had taken before the first time. */
  refusals: number
  sentBeforeRefusal: number
  /** Its copy on disk, as long as there is one. */
  file: string | undefined
  /** Left on disk by a process before us: nobody waits for it. */
  isRecovered: boolean
}

const MAX_ENVELOPES = 64
const MAX_QUEUE_BYTES = 4 * 1024 * 1024

/** One that comes from the disk has a file there; one of this process has none yet. */
export function newWaiting(
  envelope: Omit<Recovered, 'file'> & { file: string | undefined },
): Waiting {
  const bytes = envelope.items.reduce((sum, { payload }) => sum + payload.length, 0)
  const isRecovered = envelope.file !== undefined
  return { ...envelope, bytes, isRecovered, refusals: 0, sentBeforeRefusal: 0 }
}

/**
 * Envelopes that wait and those that are being sent, bounded together in number and bytes, and which
 * of them have a copy on disk.
 */
export class SendQueue {
  readonly #spool: Spool
  readonly #sending = new Set<Waiting>()
  readonly #waiting: Waiting[] = []
  #bytes = 0
  #unsaved = 0
  #own = 0

  constructor(spool: Spool) {
    this.#spool = spool
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#sending.size === 0
  }

  get sendingCount(): number {
    return this.#sending.size
  }

  /** Whether an envelope would be lost if the process died now. */
  get hasUnsaved(): boolean {
    return this.#unsaved > 0
  }

  /** Whether there are envelopes of this process. */
  get hasOwn(): boolean {
    return this.#own > 0
  }

  hasRoomFor(bytes: number): boolean {
    const count = this.#sending.size + this.#waiting.length
    return count < MAX_ENVELOPES && this.#bytes + bytes <= MAX_QUEUE_BYTES
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#count(waiting, 1)
  }

  /** The one to send next; it is ours until {@link forget}, {@link leave} or {@link putBack}. */
  next(): Waiting | undefined {
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) this.#sending.add(waiting)
    return waiting
  }

  isSending(waiting: Waiting): boolean {
    return this.#sending.has(waiting)
  }

  putBack(waiting: Waiting, place: 'first' | 'last'): void {
    if (!this.#sending.delete(waiting)) return
    if (place === 'first') this.#waiting.unshift(waiting)
    else this.#waiting.push(waiting)
  }

  /** Sent, or given up: nothing of it stays. */
  forget(waiting: Waiting): void {
    if (this.#sending.delete(waiting)) this.#count(waiting, -1)
    if (waiting.file !== undefined) this.#spool.remove(waiting.file)
  }

  /** Leaves it to another process. Returns whether it is on disk for that. */
  leave(waiting: Waiting): boolean {
    if (this.#sending.delete(waiting)) this.#count(waiting, -1)
    if (waiting.file !== undefined) waiting.file = this.#spool.release(waiting.file)
    return waiting.file !== undefined
  }

  /** Makes a copy on disk of each that has none, if that can be done. */
  saveAll(): void {
    for (const waiting of this.all()) this.#save(waiting)
  }

  /** As {@link saveAll}, and lets other processes send the copies, since this one may be gone soon. */
  saveForOthers(): void {
    for (const waiting of this.all()) {
      this.#save(waiting)
      if (waiting.file !== undefined) waiting.file = this.#spool.release(waiting.file)
    }
  }

  /** Keeps one on disk alone, for which there is no room here. */
  store(waiting: Waiting): SpoolOutcome {
    return this.#spool.store(waiting, envelopeOf(waiting.items, waiting.eventId), false)
  }

  all(): Waiting[] {
    return [...this.#sending, ...this.#waiting]
  }

  /** Everything, which is the caller's from now on. */
  takeAll(): Waiting[] {
    const all = this.all()
    this.#sending.clear()
    this.#waiting.length = 0
    this.#bytes = 0
    this.#unsaved = 0
    this.#own = 0
    return all
  }

  #save(waiting: Waiting): void {
    if (waiting.file !== undefined) return
    const bytes = envelopeOf(waiting.items, waiting.eventId)
    const outcome = this.#spool.store(waiting, bytes, true)
    if (typeof outcome !== 'object') return
    waiting.file = outcome.file
    this.#unsaved--
  }

  #count({ bytes, file, isRecovered }: Waiting, sign: 1 | -1): void {
    this.#bytes += sign * bytes
    if (file === undefined) this.#unsaved += sign
    if (!isRecovered) this.#own += sign
  }
}

/** A report travels with an event, to save a request. */
export function itemsWith({ items }: Waiting, report: ClientReport | undefined): Item[] {
  return report ? [...items, reportItem(report)] : items
}

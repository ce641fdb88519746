import type { JournalPosition } from '../journal/record.ts'

const BYTES = 64
// Places in the 32-bit view.
const APPENDS = 0
const SLEEPING = 1
const STEPS = 2
// Places in the 64-bit view, behind those.
const SEGMENT = 4
const POSITION = 5

/**
 * Memory that the accepting thread and the digest thread share: so that an append costs no message
 * while digest is awake, and so that one can see where the other one hangs.
 */
export class DigestSignal {
  readonly buffer: SharedArrayBuffer
  readonly #counters: Int32Array
  readonly #place: Float64Array

  constructor(buffer = new SharedArrayBuffer(BYTES)) {
    this.buffer = buffer
    this.#counters = new Int32Array(buffer)
    this.#place = new Float64Array(buffer)
  }

  /** On the accepting thread, after an append: whether digest sleeps and has to be woken. */
  appended(): boolean {
    Atomics.add(this.#counters, APPENDS, 1)
    return Atomics.exchange(this.#counters, SLEEPING, 0) === 1
  }

  /** On the digest thread: how many appends there were, to be read before the journal is. */
  appends(): number {
    return Atomics.load(this.#counters, APPENDS)
  }

  /** Whether digest may sleep: nothing was appended since `appends` gave this number. */
  fallAsleep(appends: number): boolean {
    Atomics.store(this.#counters, SLEEPING, 1)
    if (this.appends() === appends) return true
    this.wakeUp()
    return false
  }

  wakeUp(): void {
    Atomics.store(this.#counters, SLEEPING, 0)
  }

  /** On the digest thread, around the pure steps of the record that ends there. */
  begin(end: JournalPosition): void {
    this.#place[SEGMENT] = end.segment
    this.#place[POSITION] = end.position
    Atomics.add(this.#counters, STEPS, 1)
  }

  finish(): void {
    Atomics.add(this.#counters, STEPS, 1)
  }

  /** The record that is being worked on; `step` differs for each piece of work. */
  current(): { step: number; record: JournalPosition | undefined } {
    const step = Atomics.load(this.#counters, STEPS)
    const isWorking = step % 2 !== 0
    const segment = this.#place[SEGMENT] ?? 0
    const position = this.#place[POSITION] ?? 0
    return { step, record: isWorking ? { segment, position } : undefined }
  }

  /** Before a new digest thread starts on this memory: the last one may have ended within a step. */
  reset(): void {
    if (this.current().record) this.finish()
    this.wakeUp()
  }
}

import { overloaded } from './refusal.ts'

/** Runs tasks one after the other, in the order they came. */
export class OneAtATime {
  readonly #maxWaiting: number
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting
  }

  /** @throws Refusal 503 when too many wait already */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= this.#maxWaiting) {
      throw overloaded('The server is unpacking other large bodies; try again later.')
    }
    this.#waiting++
    const before = this.#last
    const run = async () => {
      await before
      return task()
    }
    const result = run()
    // The next task starts whatever became of this one, which its own caller is told.
    this.#last = result.catch(() => undefined)
    try {
      return await result
    } finally {
      this.#waiting--
    }
  }
}

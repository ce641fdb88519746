import { overloaded } from './refusal.ts'

/** Bytes that all requests together may hold in memory at one time. */
export class ByteBudget {
  readonly #maxBytes: number
  #usedBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  lease(): Lease {
    let held = 0
    return {
      grow: (bytes) => {
        if (this.#usedBytes + bytes > this.#maxBytes) {
          throw overloaded('The server has too many requests in hand; try again later.')
        }
        this.#usedBytes += bytes
        held += bytes
      },
      release: () => {
        this.#usedBytes -= held
        held = 0
      },
    }
  }
}

/** One request's part of the budget. */
export type Lease = {
  /** @throws Refusal 503 when the budget is used up */
  grow(bytes: number): void
  release(): void
}

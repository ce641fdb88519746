/** `nothing left`, or, sooner, `standing still`: what is left has to wait. */
export type WaitFor = 'nothing left' | 'standing still'

type Waiter = { resolve: () => void; until: WaitFor }

/** Who waits for the transport, and until when. */
export class Waits {
  #waiters: Waiter[] = []

  get isEmpty(): boolean {
    return this.#waiters.length === 0
  }

  until(until: WaitFor): Promise<void> {
    return new Promise((resolve) => this.#waiters.push({ resolve, until }))
  }

  settle(isNothingLeft: boolean, isStandingStill: boolean): void {
    const isOver = ({ until }: Waiter) =>
      isNothingLeft || (until === 'standing still' && isStandingStill)
    const over = this.#waiters.filter(isOver)
    this.#waiters = this.#waiters.filter((waiter) => !isOver(waiter))
    for (const { resolve } of over) resolve()
  }
}

/**
 * Whether `promise` came first, or `timeoutMs`. Keeps the process alive meanwhile.
 */
export async function within(timeoutMs: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timedOut = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  try {
    return await Promise.race([promise.then(() => true as const), timedOut])
  } finally {
    clearTimeout(timer)
  }
}

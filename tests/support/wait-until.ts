import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 50
/** Generous: it bounds a test that has failed, it measures nothing. */
const PATIENCE_MS = 60_000

/** Polls until the condition holds. An error counts as "not yet" and is told when time is up. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    let reason: unknown
    try {
      if (await condition()) return
    } catch (error) {
      reason = error
    }
    if (Date.now() > deadline) {
      throw new Error(`Waited ${patienceMs / 1000} s in vain until ${what}`, { cause: reason })
    }
    await sleep(POLL_MS)
  }
}

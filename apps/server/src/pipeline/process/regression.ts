import type { Linked } from '../states.ts'

const RESOLVED = 1

export type KnownStatus = { status: number; statusChangedAt: Date | null }

/**
 * The first event that makes a resolved issue come back: one that happened after it was resolved.
 * What happened before and only arrived late says nothing about the fix.
 */
export function regressionIn(issue: KnownStatus, events: readonly Linked[]): Linked | undefined {
  if (issue.status !== RESOLVED) return undefined
  const resolvedAtMs = issue.statusChangedAt?.getTime() ?? Number.NEGATIVE_INFINITY
  return events
    .filter(({ occurredAtMs }) => occurredAtMs > resolvedAtMs)
    .reduce<Linked | undefined>((first, event) => {
      return first && first.occurredAtMs <= event.occurredAtMs ? first : event
    }, undefined)
}

import type { Context } from './current-scope.ts'
import type { Exchange } from './exchange.ts'

/** A context that belongs to a request. */
export type Serving = Context & { readonly exchange: Exchange }
export type RequestWatcher = { onBegin(startedAtMs: number): void; onEnd(): void }

const MIN_PRUNED = 64
/** Between two beginnings: the event loop stood still, or there was nothing to serve. */
const LONG_PAUSE_MS = 900

const inFlight = new Set<Serving>()
let pruneAt = MIN_PRUNED
let watcher: RequestWatcher | undefined
let newest: Serving | undefined
let beforePause: Serving | undefined

/** Told for every request, so it has to cost next to nothing. */
export function requestBegins(context: Context): void {
  if (!isServing(context)) return
  if (inFlight.size >= pruneAt) prune()
  inFlight.add(context)
  const { startedAtMs } = context.exchange
  if (newest && startedAtMs - newest.exchange.startedAtMs > LONG_PAUSE_MS) beforePause = newest
  newest = context
  watcher?.onBegin(startedAtMs)
}

/** Told when a response is finished. One that breaks off is found by its state instead. */
export function requestEnds(context: Context | undefined): void {
  if (context && inFlight.delete(context as Serving)) watcher?.onEnd()
}

/** Oldest first. */
export function requestsInFlight(): Serving[] {
  prune()
  return [...inFlight]
}

/**
 * The request that began last before a moment of `performance.now()`; it may have ended since. Those
 * that came while the event loop stood still begin after it, so the one before that pause is kept.
 */
export function lastBegunBefore(timeMs: number): Serving | undefined {
  return [newest, beforePause].find((context) => context && context.exchange.startedAtMs <= timeMs)
}

/** One watcher at a time; returns how to stop. */
export function watchRequests(next: RequestWatcher): () => void {
  watcher = next
  return () => {
    if (watcher === next) watcher = undefined
  }
}

/** Cheaper than a listener on each response. */
function prune(): void {
  for (const context of inFlight) {
    const { response } = context.exchange
    if (response.writableFinished || response.destroyed) inFlight.delete(context)
  }
  pruneAt = Math.max(MIN_PRUNED, inFlight.size * 2)
}

function isServing(context: Context): context is Serving {
  return context.exchange !== undefined
}

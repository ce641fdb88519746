import type { DataCategory } from '@mayday/protocol/data-category'
import type { ClientReason } from '@mayday/protocol/outcome'
import type { ClientReports } from './client-reports.ts'
import { deliverBeforeExit } from './last-delivery.ts'
import { itemsWith, type SendQueue, type Waiting } from './send-queue.ts'
import { isFinal, isSuccess, type Sender } from './sender.ts'
import type { Spool } from './spool.ts'

/** What of the transport is needed to bring it to its end. */
export type LastParts = {
  queue: SendQueue
  sender: Sender
  spool: Spool
  reports: ClientReports
  drop: (reason: ClientReason, category: DataCategory) => void
  log: (line: string) => void
}

/** With a copy on disk there is less reason to make a process wait that wants to end. */
const MAX_WAIT_MS = 1000

/**
 * Everything is put on disk first, since that takes some 100 µs and cannot hang, and then sent while
 * the thread stands still. What is not answered stays there for the next start.
 */
export function deliverLast(parts: LastParts, timeoutMs: number): void {
  const { queue, sender, spool, reports } = parts
  const own = takeOwn(parts)
  sender.disconnect()
  const isSaved = own.every((waiting) => waiting.file !== undefined)
  // It has just been tried, and is kept.
  const isHopeless = isSaved && sender.server.isFailing
  const waitMs = isSaved ? Math.min(timeoutMs, MAX_WAIT_MS) : timeoutMs
  const statuses = isHopeless ? [] : deliver(parts, own, waitMs)
  own.forEach((waiting, index) => {
    if (isFinal(statuses[index] ?? 0)) queue.forget(waiting)
    else leave(parts, waiting)
  })
  reports.stop(spool)
}

/** Without trying to send. */
export function leaveAll(parts: LastParts): void {
  for (const waiting of takeOwn(parts)) leave(parts, waiting)
  parts.sender.disconnect()
  parts.reports.stop(parts.spool)
}

/** Those of this process, with a copy on disk where that can be. */
function takeOwn(parts: LastParts): Waiting[] {
  const { queue, sender } = parts
  queue.saveAll()
  return queue.takeAll().filter((waiting) => {
    if (waiting.isRecovered) {
      leave(parts, waiting)
      return false
    }
    if (!sender.rateLimits.isLimited(waiting.category)) return true
    queue.forget(waiting)
    parts.drop('ratelimit_backoff', waiting.category)
    return false
  })
}

function leave({ queue, drop }: LastParts, waiting: Waiting): void {
  if (!queue.leave(waiting)) drop('network_error', waiting.category)
}

function deliver({ sender, reports, log }: LastParts, own: Waiting[], timeoutMs: number): number[] {
  if (own.length === 0) return []
  const report = reports.take()
  // What is half sent is sent again: the server stores an event id once.
  const deliveries = own.map((waiting, index) =>
    sender.delivery(itemsWith(waiting, index === 0 ? report : undefined), waiting.eventId),
  )
  const statuses = deliverBeforeExit(deliveries, timeoutMs)
  reports.settle(report, statuses[0] ?? 0)
  log(`${statuses.filter(isSuccess).length} of ${own.length} sent before exit`)
  return statuses
}

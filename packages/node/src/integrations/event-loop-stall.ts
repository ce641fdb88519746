import { createRequire } from 'node:module'
import type { EventPayload } from '@mayday/protocol/event'
import { captureSeed } from '../capture.ts'
import type { Client, Integration } from '../client.ts'
import { Context, currentContext, runOutsideContext } from '../current-scope.ts'
import { type Stall, stallBetween, TURN_MS, type Turn } from '../flight-recorder/stall.ts'
import { isMainThread } from '../main-thread.ts'
import { requestInfo, transactionOf } from '../request-data.ts'
import { lastBegunBefore, requestsInFlight, type Serving } from '../requests-in-flight.ts'

const MIN_BETWEEN_EVENTS_MS = 60_000
const MAX_REQUESTS = 20

/**
 * Reports when the event loop stood still for a second or more, once it goes on: nothing was served
 * meanwhile. At most once a minute, with the number of those between. Loading the program, before
 * the event loop first turns, is no stall; neither is a debugger's stop.
 */
export const eventLoopStallIntegration: Integration = {
  name: 'event-loop-stall',
  install(client) {
    if (!isMainThread()) return () => undefined
    let before: Turn | undefined
    let reportedAtMs = -Infinity
    let leftOut = 0
    const onTurn = () => {
      const now = currentTurn()
      const stall = before && stallBetween(before, now)
      before = now
      if (stall === undefined || isDebugged()) return
      if (now.atMs - reportedAtMs < MIN_BETWEEN_EVENTS_MS) {
        leftOut++
        return
      }
      reportedAtMs = now.atMs
      reportStall(client, stall, leftOut)
      leftOut = 0
    }
    const begin = () => {
      before = currentTurn()
    }
    const timers = runOutsideContext(() => [
      setTimeout(begin, 0).unref(),
      setInterval(onTurn, TURN_MS).unref(),
    ])
    return () => timers.forEach(clearTimeout)
  },
}

function reportStall(client: Client, stall: Stall, leftOut: number): void {
  try {
    const suspect = suspectOf(stall)
    const route = suspect && transactionOf(suspect.exchange)
    captureSeed(
      {
        level: 'warning',
        exception: {
          values: [
            {
              type: 'EventLoopStall',
              value: `The event loop stood still for ${durationOf(stall, suspect)}`,
              mechanism: { type: 'event_loop_stall', handled: true },
            },
          ],
        },
        fingerprint: ['event-loop-stall', route ?? 'unknown'],
        contexts: { event_loop_stall: stallContext(stall, route, leftOut) },
        ...(suspect === undefined ? {} : detailsOf(suspect)),
        ...(route === undefined ? {} : { transaction: route }),
      },
      contextFor(suspect),
    )
  } catch (error) {
    client.log(`could not report a stall: ${String(error)}`)
  }
}

/**
 * The request that was begun last before, if that was just before: what stands still is most likely
 * its handler.
 */
function suspectOf({ beganAtMs }: Stall): Serving | undefined {
  const last = lastBegunBefore(beganAtMs)
  return last && last.exchange.startedAtMs >= beganAtMs - TURN_MS ? last : undefined
}

/** All that is known of its beginning is that it lies between two turns, unless a request tells. */
function durationOf({ durationMs, beganAtMs }: Stall, suspect: Serving | undefined): string {
  if (suspect === undefined) return `at least ${seconds(durationMs)}`
  return seconds(durationMs + beganAtMs - suspect.exchange.startedAtMs)
}

function detailsOf({ exchange }: Serving): Pick<EventPayload, 'request' | 'breadcrumbs'> {
  const trail: EventPayload = { event_id: '', timestamp: 0, platform: 'node', level: 'info' }
  // Those of the process; of the request's own its context tells.
  currentContext().applyBreadcrumbsTo(trail)
  return {
    request: requestInfo(exchange.request),
    ...(trail.breadcrumbs ? { breadcrumbs: trail.breadcrumbs } : {}),
  }
}

/** Not the request's own: its error id belongs to its failure, and it may yet be answered well. */
function contextFor(suspect: Serving | undefined): Context {
  if (suspect === undefined) return currentContext()
  return new Context(undefined, suspect.isolationScope.clone(), suspect.currentScope.clone())
}

function stallContext(
  { durationMs, cpuMs, isBusy }: Stall,
  route: string | undefined,
  leftOut: number,
): Record<string, unknown> {
  const requests = requestsInFlight()
  return {
    at_least: seconds(durationMs),
    cpu_time: seconds(cpuMs),
    cause: isBusy
      ? 'JavaScript or native code was busy'
      : 'it waited: for a synchronous call, for a CPU that others used, or stopped from outside',
    ...(route === undefined ? {} : { most_likely_in: route }),
    requests_in_flight: requests.length,
    requests: requests.slice(0, MAX_REQUESTS).map(({ exchange }) => transactionOf(exchange)),
    ...(leftOut > 0 ? { others_since_last_event: leftOut } : {}),
  }
}

function currentTurn(): Turn {
  const { user, system } = threadOrProcessCpu()
  return { atMs: performance.now(), wallMs: Date.now(), cpuMs: (user + system) / 1000 }
}

/** In microseconds. That of the thread came with Node 23.9; that of the process counts others, too. */
function threadOrProcessCpu(): NodeJS.CpuUsage {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage }
  return threadCpuUsage?.call(process) ?? process.cpuUsage()
}

function isDebugged(): boolean {
  try {
    const inspector: typeof import('node:inspector') = createRequire('/')('node:inspector')
    return inspector.url() !== undefined
  } catch {
    // Built without an inspector: then nothing can be attached.
    return false
  }
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs / 100) / 10} s`
}

import type { EventPayload } from '@mayday/protocol/event'
import type { ResolvedOptions } from '../resolved-options.ts'
import { SDK_NAME, SDK_VERSION } from '../version.ts'
import { type CauseOfDeath, type Evidence, megabytes } from './cause-of-death.ts'
import type { RunRecord } from './run-record.ts'

const MIN_STILL_MS = 1000

/** The event that tells of a process that can no longer tell it itself. */
export function deathEvent(
  record: RunRecord,
  cause: CauseOfDeath,
  evidence: Evidence,
  maxBreadcrumbs: number,
): EventPayload {
  const { requests, requestCount, breadcrumbs } = record
  const endedAtMs = evidence.report?.atMs ?? record.beatAtMs
  const route = requestCount === 1 ? requests[0]?.name : undefined
  return {
    event_id: record.eventId,
    timestamp: endedAtMs / 1000,
    platform: 'node',
    level: cause.level,
    sdk: { name: SDK_NAME, version: SDK_VERSION },
    server_name: record.serverName,
    environment: record.environment,
    ...(record.release === undefined ? {} : { release: record.release }),
    ...(route === undefined ? {} : { transaction: route }),
    exception: {
      values: [
        {
          type: cause.type,
          value: `${cause.sentence}${duties(record, cause)}`,
          mechanism: { type: cause.mechanism, handled: false },
        },
      ],
    },
    fingerprint: fingerprint(cause, record, route),
    ...(record.tags ? { tags: record.tags } : {}),
    ...(maxBreadcrumbs > 0 && breadcrumbs.length > 0
      ? { breadcrumbs: { values: breadcrumbs.slice(-maxBreadcrumbs) } }
      : {}),
    contexts: contextsOf(record, cause, evidence, endedAtMs),
  }
}

/**
 * For a process that left nothing but Node's report, or whose own record is damaged. Of its release
 * nothing is known: this process may be of the next one.
 */
export function recordWithout(
  { pid, startedAtMs, eventId }: Pick<RunRecord, 'pid' | 'startedAtMs' | 'eventId'>,
  evidence: Evidence,
  options: ResolvedOptions,
): RunRecord {
  return {
    eventId,
    pid,
    startedAtMs,
    parentPid: 0,
    hostName: '',
    environment: options.environment,
    serverName: options.serverName,
    nodeVersion: evidence.report?.nodeVersion ?? process.version,
    beatAtMs: evidence.report?.atMs ?? Date.now(),
    beatEveryMs: 0,
    requests: [],
    requestCount: 0,
    memory: { heapUsed: evidence.report?.heapUsed ?? 0, heapLimit: 0, rss: 0 },
    trend: [],
    loopDelayMs: 0,
    breadcrumbs: [],
  }
}

function duties({ requests, requestCount }: RunRecord, cause: CauseOfDeath): string {
  if (requestCount === 1) return ` while it served ${requests[0]?.name}`
  if (requestCount > 1) return ` while it served ${requestCount} requests`
  return cause.mechanism === 'killed' ? ' while it served no request' : ''
}

/** One issue for each way to die; for memory also for each route that alone can have used it. */
function fingerprint(cause: CauseOfDeath, record: RunRecord, route: string | undefined): string[] {
  const detail = cause.mechanism === 'out_of_memory' ? route : undefined
  const state = record.requestCount > 0 ? 'serving' : 'idle'
  return ['process-death', cause.mechanism, detail ?? state]
}

function contextsOf(
  record: RunRecord,
  cause: CauseOfDeath,
  evidence: Evidence,
  endedAtMs: number,
): Record<string, Record<string, unknown>> {
  const { memory, nodeVersion, pid, requests, requestCount, startedAtMs, trend } = record
  const nativeStack = evidence.report?.nativeStack ?? []
  return {
    runtime: { name: 'node', version: nodeVersion },
    app: {
      app_start_time: new Date(startedAtMs).toISOString(),
      ...(memory.rss > 0 ? { app_memory: memory.rss } : {}),
      ...(memory.heapUsed > 0 ? { heap_used: evidence.report?.heapUsed ?? memory.heapUsed } : {}),
      ...(memory.heapLimit > 0 ? { heap_limit: memory.heapLimit } : {}),
      pid,
    },
    process_end: processEnd(record, cause, evidence, endedAtMs),
    ...(requestCount === 0
      ? {}
      : {
          requests_in_flight: {
            count: requestCount,
            requests: requests.map(
              ({ name, startedAtMs }) => `${name}, for ${seconds(endedAtMs - startedAtMs)}`,
            ),
          },
        }),
    ...(trend.length === 0
      ? {}
      : {
          memory_trend: {
            samples: trend.map(
              ([atMs, heapUsed, rss]) =>
                `${seconds(endedAtMs - atMs)} before: heap ${megabytes(heapUsed)} MB, process ${megabytes(rss)} MB`,
            ),
          },
        }),
    ...(nativeStack.length === 0 ? {} : { native_stack: { frames: nativeStack } }),
  }
}

function processEnd(
  record: RunRecord,
  cause: CauseOfDeath,
  { report, exit }: Evidence,
  endedAtMs: number,
): Record<string, unknown> {
  return {
    ...(cause.note === undefined ? {} : { note: cause.note }),
    ...(report?.event ? { reason: report.event } : {}),
    ...(exit?.signal ? { signal: exit.signal } : {}),
    ...(exit && exit.code !== null ? { exit_code: exit.code } : {}),
    ...(exit ? stillness(record, exit.atMs) : {}),
    last_sign_of_life: new Date(record.beatAtMs).toISOString(),
    lived_for: seconds(endedAtMs - record.startedAtMs),
    event_loop_delay_ms: record.loopDelayMs,
  }
}

/** Whether the event loop stood still before: only when the time of the end is known. */
function stillness(record: RunRecord, endedAtMs: number): Record<string, unknown> {
  const silentMs = endedAtMs - record.beatAtMs - record.beatEveryMs
  return silentMs < MIN_STILL_MS ? {} : { event_loop_stood_still_for: seconds(silentMs) }
}

function seconds(durationMs: number): string {
  return `${Math.max(0, Math.round(durationMs / 100) / 10)} s`
}

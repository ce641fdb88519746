import { hostname } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { Breadcrumb, EventPayload } from '@mayday/protocol/event'
import { newEventId } from '../capture.ts'
import { applyScopes, currentContext, getGlobalScope } from '../current-scope.ts'
import { cgroupLimits } from '../integrations/cgroup-limits.ts'
import { transactionOf } from '../request-data.ts'
import { requestsInFlight, type Serving } from '../requests-in-flight.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { scrubText, scrubUrl } from '../scrub.ts'
import { oomKills } from './oom-kills.ts'
import { pidNamespace, startTicks } from './process-identity.ts'
import type { RecordedRequest, RunRecord } from './run-record.ts'

type Identity = Omit<
  RunRecord,
  'beatAtMs' | 'beatEveryMs' | 'requests' | 'requestCount' | 'memory' | 'trend' | 'loopDelayMs'
>

const MAX_REQUESTS = 20
const MAX_BREADCRUMBS = 20
const MAX_MESSAGE_CHARS = 200

/** What does not change while the process lives. Reads some files of the kernel's. */
export function recordIdentity(options: ResolvedOptions, startedAtMs: number): Identity {
  return {
    eventId: newEventId(),
    pid: process.pid,
    parentPid: process.ppid,
    startedAtMs,
    startTicks: startTicks('self'),
    pidNamespace: pidNamespace(),
    hostName: hostname(),
    release: options.release,
    environment: options.environment,
    serverName: options.serverName,
    nodeVersion: process.version,
    oomKills: oomKills(),
    memoryLimit: cgroupLimits().memory_limit,
    breadcrumbs: [],
  }
}

export function recordRequests(): Pick<RunRecord, 'requests' | 'requestCount'> {
  const contexts = requestsInFlight()
  return {
    requests: contexts.slice(-MAX_REQUESTS).map(recordRequest),
    requestCount: contexts.length,
  }
}

/** The last of the process and of the requests in flight, and the tags of all its events. */
export function recordTrail(): Pick<RunRecord, 'breadcrumbs' | 'tags'> {
  const event: Pick<EventPayload, 'breadcrumbs' | 'tags'> & EventPayload = emptyEvent()
  getGlobalScope().applyTo(event)
  const { tags } = event
  const trail = emptyEvent()
  applyScopes(trail, currentContext())
  for (const context of requestsInFlight().slice(-MAX_REQUESTS)) context.applyBreadcrumbsTo(trail)
  const breadcrumbs = (trail.breadcrumbs?.values ?? [])
    .sort((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0))
    .slice(-MAX_BREADCRUMBS)
    .map(recordBreadcrumb)
  return { breadcrumbs, tags }
}

const OLD_SPACE = /--max[-_]old[-_]space[-_]size[= ](\d{1,9})/g

/** In bytes. What the program was given; else V8's own figure, which counts young objects apart. */
export function heapLimit(
  execArgv: string[] = process.execArgv,
  nodeOptions: string = process.env.NODE_OPTIONS ?? '',
): number {
  const given = [...[nodeOptions, ...execArgv].join(' ').matchAll(OLD_SPACE)].at(-1)?.[1]
  return given === undefined ? getHeapStatistics().heap_size_limit : Number(given) * 2 ** 20
}

function recordRequest({ exchange }: Serving): RecordedRequest {
  return {
    name: transactionOf(exchange),
    startedAtMs: Math.round(performance.timeOrigin + exchange.startedAtMs),
  }
}

/** Clean of secrets before it is on the disk, and short. */
function recordBreadcrumb({ timestamp, category, level, message, data }: Breadcrumb): Breadcrumb {
  const { method, url, status_code: status } = data ?? {}
  const kept = {
    ...(typeof method === 'string' ? { method } : {}),
    ...(typeof url === 'string' ? { url: scrubUrl(url).url.slice(0, MAX_MESSAGE_CHARS) } : {}),
    ...(typeof status === 'number' ? { status_code: status } : {}),
  }
  return {
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(category === undefined ? {} : { category }),
    ...(level === undefined ? {} : { level }),
    ...(message === undefined ? {} : { message: scrubText(message).slice(0, MAX_MESSAGE_CHARS) }),
    ...(Object.keys(kept).length > 0 ? { data: kept } : {}),
  }
}

function emptyEvent(): EventPayload {
  return { event_id: '', timestamp: 0, platform: 'node', level: 'info' }
}

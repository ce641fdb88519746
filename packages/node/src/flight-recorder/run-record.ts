import type { Breadcrumb } from '@mayday/protocol/event'

/** What a process leaves of itself, so that the next one can tell how it died. */
export type RunRecord = {
  /** Of the event that tells of its death: whoever finds the record, it is one event. */
  eventId: string
  pid: number
  parentPid: number
  startedAtMs: number
  /** Linux: what tells this process from a later one with the same pid. */
  startTicks?: string | undefined
  pidNamespace?: string | undefined
  hostName: string
  release?: string | undefined
  environment: string
  serverName: string
  nodeVersion: string
  tags?: Record<string, string> | undefined
  /** Last sign of life, milliseconds since 1970. */
  beatAtMs: number
  /** Longest time within which it would have given the next sign. */
  beatEveryMs: number
  /** Newest last, at most 20. */
  requests: RecordedRequest[]
  requestCount: number
  memory: Memory
  /** One each ten seconds, of the last five minutes. */
  trend: [atMs: number, heapUsed: number, rss: number][]
  loopDelayMs: number
  /** How many processes of this container the kernel had killed for memory. */
  oomKills?: number | undefined
  /** Of the container, in bytes. */
  memoryLimit?: number | undefined
  breadcrumbs: Breadcrumb[]
}

/** `name` is the transaction: `GET /orders/:id`. */
export type RecordedRequest = { name: string; startedAtMs: number }
/** In bytes. */
export type Memory = { heapUsed: number; heapLimit: number; rss: number }

const NUMBERS = ['pid', 'startedAtMs', 'beatAtMs', 'beatEveryMs', 'requestCount', 'loopDelayMs']
const TEXTS = ['eventId', 'hostName', 'environment', 'serverName', 'nodeVersion']
const LISTS = ['requests', 'trend', 'breadcrumbs']

/** Undefined for anything that this version would not have written. */
export function parseRunRecord(json: string): RunRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // Damaged: there is nothing that can be told from it.
    return undefined
  }
  return isRunRecord(value) ? value : undefined
}

function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false
  const record = value as Record<string, unknown>
  const memory = record.memory as Memory | null | undefined
  return (
    NUMBERS.every((key) => Number.isFinite(record[key])) &&
    TEXTS.every((key) => typeof record[key] === 'string') &&
    LISTS.every((key) => Array.isArray(record[key])) &&
    [memory?.heapUsed, memory?.heapLimit, memory?.rss].every(Number.isFinite) &&
    (record.requests as Partial<RecordedRequest>[]).every(
      (request) => typeof request?.name === 'string' && Number.isFinite(request.startedAtMs),
    ) &&
    (record.trend as unknown[]).every((sample) => Array.isArray(sample) && sample.length === 3)
  )
}

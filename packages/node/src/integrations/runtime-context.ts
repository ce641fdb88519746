import { availableParallelism, cpus, freemem, release, totalmem, type, uptime } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { cgroupLimits } from './cgroup-limits.ts'

type Contexts = Record<string, Record<string, unknown>>

/** Telling them takes longer than capturing an error, and a moment later they are much the same. */
const KEPT_MS = 1000

const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString()
let kept: Contexts | undefined
let keptAtMs = 0
let loop = performance.eventLoopUtilization()

/**
 * Where the program runs, and how much memory and time is left to it, at most a second ago: bytes,
 * and of the event loop the share of time for which it was busy since it was last told.
 */
export function runtimeContexts(): Contexts {
  const nowMs = performance.now()
  if (kept === undefined || nowMs - keptAtMs > KEPT_MS) {
    kept = currentContexts()
    keptAtMs = nowMs
  }
  return kept
}

function currentContexts(): Contexts {
  const heap = getHeapStatistics()
  const before = loop
  loop = performance.eventLoopUtilization()
  const { utilization } = performance.eventLoopUtilization(loop, before)
  return {
    ...fixedContexts(),
    device: { ...device(), free_memory: freemem() },
    app: {
      app_start_time: startedAt,
      app_memory: process.memoryUsage.rss(),
      heap_used: heap.used_heap_size,
      heap_limit: heap.heap_size_limit,
      event_loop_utilization: Math.round(utilization * 1000) / 1000,
      pid: process.pid,
    },
  }
}

let fixed: Contexts | undefined

/** Does not change while the process lives; found when first asked for, not at start. */
function fixedContexts(): Contexts {
  const limits = fixed === undefined ? cgroupLimits() : undefined
  fixed ??= {
    runtime: { name: 'node', version: process.version },
    os: { name: type(), kernel_version: release() },
    ...(limits && Object.keys(limits).length > 0 ? { cgroup: limits } : {}),
  }
  return fixed
}

let deviceFacts: Record<string, unknown> | undefined

function device(): Record<string, unknown> {
  deviceFacts ??= {
    arch: process.arch,
    processor_count:
      typeof availableParallelism === 'function' ? availableParallelism() : cpus().length,
    memory_size: totalmem(),
    boot_time: new Date(Date.now() - uptime() * 1000).toISOString(),
  }
  return deviceFacts
}

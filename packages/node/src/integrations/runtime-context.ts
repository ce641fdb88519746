import { availableParallelism, cpus, freemem, release, totalmem, type, uptime } from 'node:os'
import { getHeapStatistics } from 'node:v8'

const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString()

/** Does not change while the process lives. */
const fixed = {
  runtime: { name: 'node', version: process.version },
  os: { name: type(), kernel_version: release() },
  device: {
    arch: process.arch,
    processor_count:
      typeof availableParallelism === 'function' ? availableParallelism() : cpus().length,
    memory_size: totalmem(),
    boot_time: new Date(Date.now() - uptime() * 1000).toISOString(),
  },
}

/** Where the program runs, and how much memory is left to it at this moment, in bytes. */
export function runtimeContexts(): Record<string, Record<string, unknown>> {
  const heap = getHeapStatistics()
  return {
    ...fixed,
    device: { ...fixed.device, free_memory: freemem() },
    app: {
      app_start_time: startedAt,
      app_memory: process.memoryUsage.rss(),
      heap_used: heap.used_heap_size,
      heap_limit: heap.heap_size_limit,
      pid: process.pid,
    },
  }
}

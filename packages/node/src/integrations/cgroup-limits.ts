import { readFileSync } from 'node:fs'

/** Of the container, in bytes and in CPUs; what is not limited is left out. */
export type CgroupLimits = { memory_limit?: number; cpu_limit?: number }

/** Version 2 and version 1, as they are seen from inside of a container. */
const MEMORY_FILES = ['memory.max', 'memory/memory.limit_in_bytes']
/** Version 1 writes a number near 2^63 for no limit. */
const NO_LIMIT = 2 ** 60

/** Reads at most five small files of the kernel's, once; never throws. */
export function cgroupLimits(root = '/sys/fs/cgroup'): CgroupLimits {
  const memory = MEMORY_FILES.map((name) => numberIn(read(root, name))).find((n) => n !== undefined)
  const cpu = cpuLimit(root)
  return {
    ...(memory !== undefined && memory < NO_LIMIT ? { memory_limit: memory } : {}),
    ...(cpu === undefined ? {} : { cpu_limit: cpu }),
  }
}

function cpuLimit(root: string): number | undefined {
  const [quotaText, periodText] =
    read(root, 'cpu.max')?.split(' ') ??
    ['cpu/cpu.cfs_quota_us', 'cpu/cpu.cfs_period_us'].map((name) => read(root, name))
  const quota = numberIn(quotaText)
  const period = numberIn(periodText)
  return quota && period ? Math.round((quota / period) * 100) / 100 : undefined
}

/** `max`, and in version 1 `-1`, mean that there is no limit. */
function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined
}

function read(root: string, name: string): string | undefined {
  try {
    return readFileSync(`${root}/${name}`, 'utf8').trim()
  } catch {
    // No such limit, another version of cgroups, or another system.
    return undefined
  }
}

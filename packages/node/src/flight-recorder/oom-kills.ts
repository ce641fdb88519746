import { readFileSync } from 'node:fs'

/** Version 2 and version 1 of cgroups, as they are seen from inside of a container. */
const FILES = ['memory.events', 'memory/memory.oom_control']

/**
 * How many processes of this container the Linux kernel has killed for memory since the container
 * was made. Undefined where nobody counts.
 */
export function oomKills(root = '/sys/fs/cgroup'): number | undefined {
  for (const name of FILES) {
    try {
      const match = /^oom_kill (\d{1,15})$/m.exec(readFileSync(`${root}/${name}`, 'utf8'))
      if (match) return Number(match[1])
    } catch {
      // The other version of cgroups, or another system.
    }
  }
  return undefined
}

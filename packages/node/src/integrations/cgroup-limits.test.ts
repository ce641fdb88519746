import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { cgroupLimits } from './cgroup-limits.ts'

test.each<[string, Record<string, string>, object]>([
  [
    'of version 2',
    { 'memory.max': '536870912\n', 'cpu.max': '150000 100000\n' },
    { memory_limit: 536_870_912, cpu_limit: 1.5 },
  ],
  ['that are none in version 2', { 'memory.max': 'max\n', 'cpu.max': 'max 100000\n' }, {}],
  [
    'of version 1',
    {
      'memory/memory.limit_in_bytes': '268435456\n',
      'cpu/cpu.cfs_quota_us': '50000\n',
      'cpu/cpu.cfs_period_us': '100000\n',
    },
    { memory_limit: 268_435_456, cpu_limit: 0.5 },
  ],
  [
    'that are none in version 1',
    {
      'memory/memory.limit_in_bytes': '9223372036854771712\n',
      'cpu/cpu.cfs_quota_us': '-1\n',
      'cpu/cpu.cfs_period_us': '100000\n',
    },
    {},
  ],
  ['that nothing tells', {}, {}],
])('limits %s', (_, files, expected) => {
  const root = mkdtempSync(join(tmpdir(), 'mayday-cgroup-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
    expect(cgroupLimits(root)).toEqual(expected)
  } finally {
    rmSync(root, { recursive: true })
  }
})

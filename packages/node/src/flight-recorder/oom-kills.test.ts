import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { oomKills } from './oom-kills.ts'

test.each<[string, string, string, number | undefined]>([
  ['version 2', 'memory.events', 'low 0\noom 4\noom_kill 3\noom_group_kill 0\n', 3],
  ['version 1', 'memory/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n', 2],
  ['an old kernel', 'memory/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\n', undefined],
  ['no cgroups', 'other', '', undefined],
])('kills for memory as %s of cgroups counts them', (_, name, text, expected) => {
  const root = mkdtempSync(join(tmpdir(), 'mayday-cgroup-'))
  try {
    mkdirSync(join(root, 'memory'))
    writeFileSync(join(root, name), text)
    expect(oomKills(root)).toBe(expected)
  } finally {
    rmSync(root, { recursive: true })
  }
})

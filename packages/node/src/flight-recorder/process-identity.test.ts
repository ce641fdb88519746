import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { isGone, pidNamespace, startTicks } from './process-identity.ts'

const nowMs = Date.now()
const here = { hostName: hostname(), nowMs }
const own = {
  pid: process.pid,
  startTicks: startTicks('self'),
  pidNamespace: pidNamespace(),
  hostName: hostname(),
  beatAtMs: nowMs,
}
const deadPid = spawnSync(process.execPath, ['-e', '']).pid

describe('isGone', () => {
  test.each<[string, boolean, Partial<typeof own>]>([
    ['this process', false, {}],
    ['a process whose pid nobody has', true, { pid: deadPid }],
    ['the same on a system that tells no start', true, { pid: deadPid, startTicks: undefined }],
    ['this process on such a system', false, { startTicks: undefined }],
    [
      'a pid that another has got on such a system, by its silence',
      true,
      { startTicks: undefined, beatAtMs: nowMs - 600_000 },
    ],
    ['one of another container that is heard', false, { pid: deadPid, pidNamespace: 'pid:[1]' }],
    [
      'one of another container that is silent',
      true,
      { pidNamespace: 'pid:[1]', beatAtMs: nowMs - 600_000 },
    ],
    ['one of another machine that is heard', false, { pid: deadPid, hostName: 'elsewhere' }],
  ])('%s: %s', (_, expected, values) => {
    expect(isGone({ ...own, ...values }, here)).toBe(expected)
  })

  test('a pid that another has got is told by its start, where the system tells that', () => {
    if (own.startTicks === undefined)
      process.stdout.write('no /proc here: pids are not told apart\n')
    else expect(isGone({ ...own, startTicks: '1' }, here)).toBe(true)
  })
})

import { describe, expect, test } from '@jest/globals'
import { causeOfDeath, type Evidence } from './cause-of-death.ts'
import type { FatalReport } from './fatal-report.ts'
import type { RunRecord } from './run-record.ts'

const MB = 2 ** 20

function recordWith(values: Partial<RunRecord> = {}): RunRecord {
  return {
    eventId: '0'.repeat(32),
    pid: 7,
    parentPid: 1,
    startedAtMs: 0,
    hostName: 'a',
    environment: 'production',
    serverName: 'a',
    nodeVersion: 'v20.0.0',
    beatAtMs: 1000,
    beatEveryMs: 1000,
    requests: [],
    requestCount: 0,
    memory: { heapUsed: 10 * MB, heapLimit: 100 * MB, rss: 480 * MB },
    trend: [],
    loopDelayMs: 0,
    breadcrumbs: [],
    ...values,
  }
}

function evidence(values: Partial<Evidence> = {}): Evidence {
  return { record: recordWith(), report: undefined, oomKills: undefined, ...values }
}

const report: FatalReport = {
  isOutOfMemory: true,
  event: 'Allocation failed - JavaScript heap out of memory',
  atMs: 2000,
  heapUsed: 99 * MB,
  nodeVersion: 'v20.0.0',
  nativeStack: [],
}
const by = (signal: string | null, code: number | null = null) => ({ code, signal, atMs: 2000 })
const full = recordWith({ memory: { heapUsed: 95 * MB, heapLimit: 100 * MB, rss: 0 } })
const inContainer = recordWith({ oomKills: 1, memoryLimit: 512 * MB })

describe('causeOfDeath', () => {
  test.each<[string, Partial<Evidence>, string, string]>([
    [
      'Node reports that memory was out',
      { report },
      'out_of_memory',
      'The process ran out of memory (heap 99 MB, limit 100 MB)',
    ],
    [
      'Node reports another fatal error',
      { report: { ...report, isOutOfMemory: false, event: 'v8::ToLocalChecked' } },
      'native_crash',
      'V8 or native code gave up (v8::ToLocalChecked)',
    ],
    [
      'the kernel has killed for memory since',
      { record: inContainer, oomKills: 2 },
      'out_of_memory',
      'The kernel killed the process for memory (it used 480 of 512 MB)',
    ],
    [
      'the heap was nearly full',
      { record: full },
      'out_of_memory',
      'The process most likely ran out of memory (heap 95 MB, limit 100 MB)',
    ],
    [
      'it aborted with a heap that was nearly full',
      { record: full, exit: by('SIGABRT') },
      'out_of_memory',
      'The process most likely ran out of memory (heap 95 MB, limit 100 MB)',
    ],
    [
      'a parent saw SIGSEGV',
      { exit: by('SIGSEGV') },
      'native_crash',
      'The process crashed in native code (SIGSEGV)',
    ],
    ['a parent saw SIGKILL', { exit: by('SIGKILL') }, 'killed', 'The process was killed (SIGKILL)'],
    [
      'a parent saw SIGKILL, and the heap was nearly full',
      { record: full, exit: by('SIGKILL') },
      'killed',
      'The process was killed (SIGKILL)',
    ],
    [
      'a parent saw an exit code',
      { record: undefined, exit: by(null, 3) },
      'exit',
      'A worker process ended with code 3',
    ],
    ['nobody saw anything', {}, 'killed', 'The process was killed, or crashed in native code,'],
    [
      'the kernel has killed none since',
      { record: inContainer, oomKills: 1 },
      'killed',
      'The process was killed, or crashed in native code,',
    ],
    [
      'the container is another one, which counts from 0',
      { record: inContainer, oomKills: 0 },
      'killed',
      'The process was killed, or crashed in native code,',
    ],
  ])('%s', (_, values, mechanism, sentence) => {
    expect(causeOfDeath(evidence(values))).toMatchObject({ mechanism, sentence })
  })

  test.each<[string, Partial<Evidence>]>([
    ['a parent saw SIGTERM', { exit: by('SIGTERM') }],
    ['a parent saw SIGINT', { exit: by('SIGINT') }],
    ['a parent saw exit code 0', { exit: by(null, 0) }],
    [
      'nobody saw anything in development',
      { record: recordWith({ environment: 'development', requestCount: 1 }) },
    ],
    ['there is nothing to tell it by', { record: undefined }],
  ])('none when %s', (_, values) => {
    expect(causeOfDeath(evidence(values))).toBeUndefined()
  })
})

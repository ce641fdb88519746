import type { Level } from '@mayday/protocol/event'
import type { FatalReport } from './fatal-report.ts'
import type { RunRecord } from './run-record.ts'

/** All that is known of how a process ended. */
export type Evidence = {
  record: RunRecord | undefined
  report: FatalReport | undefined
  /** As {@link RunRecord.oomKills}, now. */
  oomKills: number | undefined
  /** What a parent was told. */
  exit?: { code: number | null; signal: string | null; atMs: number } | undefined
}

export type CauseOfDeath = {
  /** Type of the exception, and first word of the issue's title. */
  type: 'OutOfMemory' | 'NativeCrash' | 'ProcessKilled' | 'WorkerExit'
  mechanism: 'out_of_memory' | 'native_crash' | 'killed' | 'exit'
  level: Level
  /** A sentence without its end, to which `while it served …` can be added. */
  sentence: string
  /** What the sentence cannot say for certain. */
  note?: string
}

const CRASH_SIGNALS = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS']
/** Of the heap's limit: V8 gives up a little before. */
const FULL_SHARE = 0.9

const UNKNOWN_NOTE =
  'It left no trace of the reason. It may have been ended from outside by SIGKILL, or by SIGTERM or ' +
  'SIGINT without a handler, as on deploys; or it crashed in native code.'
const LIKELY_NOTE = 'Concluded from how full the heap was at its last sign of life.'

/**
 * Why a process is gone. Undefined when it was ended on purpose, and when that is likely: without a
 * parent that saw it, the end of a developer's program by Ctrl-C looks like a kill.
 */
export function causeOfDeath(evidence: Evidence): CauseOfDeath | undefined {
  return fromReport(evidence) ?? fromKernel(evidence) ?? fromExit(evidence)
}

function fromReport({ record, report }: Evidence): CauseOfDeath | undefined {
  if (report === undefined) return undefined
  if (!report.isOutOfMemory) {
    return nativeCrash(`V8 or native code gave up (${report.event || 'no reason told'})`)
  }
  const { heapUsed = record?.memory.heapUsed } = report
  return outOfMemory(`The process ran out of memory${heapOf(heapUsed, record)}`)
}

function fromKernel({ record, oomKills, exit }: Evidence): CauseOfDeath | undefined {
  if (exit && exit.signal !== 'SIGKILL') return undefined
  if (record?.oomKills === undefined || (oomKills ?? 0) <= record.oomKills) return undefined
  const limit = record.memoryLimit
  const used = limit ? `${megabytes(record.memory.rss)} of ${megabytes(limit)} MB` : ''
  return {
    ...outOfMemory(`The kernel killed the process for memory${used && ` (it used ${used})`}`),
    note: `Since it started, the kernel killed ${(oomKills ?? 0) - record.oomKills} process(es) of its container.`,
  }
}

function fromExit(evidence: Evidence): CauseOfDeath | undefined {
  const { record, exit } = evidence
  const signal = exit?.signal ?? undefined
  const isAbort = exit === undefined || signal === 'SIGABRT'
  if (record && isAbort && isHeapFull(record)) {
    const heap = heapOf(record.memory.heapUsed, record)
    return { ...outOfMemory(`The process most likely ran out of memory${heap}`), note: LIKELY_NOTE }
  }
  if (exit === undefined) return fromNothing(record)
  if (signal === undefined) {
    if (exit.code === 0) return undefined
    const sentence = `A worker process ended with code ${exit.code}`
    return { type: 'WorkerExit', mechanism: 'exit', level: 'error', sentence }
  }
  if (CRASH_SIGNALS.includes(signal)) {
    return nativeCrash(`The process crashed in native code (${signal})`)
  }
  if (signal !== 'SIGKILL') return undefined
  return { ...killed('error'), sentence: 'The process was killed (SIGKILL)' }
}

function fromNothing(record: RunRecord | undefined): CauseOfDeath | undefined {
  if (record === undefined) return undefined
  if (['development', 'test'].includes(record.environment)) return undefined
  return {
    ...killed(record.requestCount > 0 ? 'error' : 'info'),
    sentence: 'The process was killed, or crashed in native code,',
    note: UNKNOWN_NOTE,
  }
}

function isHeapFull({ memory }: RunRecord): boolean {
  return memory.heapLimit > 0 && memory.heapUsed >= memory.heapLimit * FULL_SHARE
}

function outOfMemory(sentence: string): CauseOfDeath {
  return { type: 'OutOfMemory', mechanism: 'out_of_memory', level: 'fatal', sentence }
}

function nativeCrash(sentence: string): CauseOfDeath {
  return { type: 'NativeCrash', mechanism: 'native_crash', level: 'fatal', sentence }
}

function killed(level: Level): Omit<CauseOfDeath, 'sentence'> {
  return { type: 'ProcessKilled', mechanism: 'killed', level }
}

function heapOf(used: number | undefined, record: RunRecord | undefined): string {
  if (used === undefined) return ''
  const limit = record?.memory.heapLimit
  return ` (heap ${megabytes(used)} MB${limit ? `, limit ${megabytes(limit)} MB` : ''})`
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}

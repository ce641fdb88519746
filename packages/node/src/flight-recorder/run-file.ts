import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { parseRunRecord, type RunRecord } from './run-record.ts'

/** Each sign of life goes to the other one of two slots, so that a torn one leaves the one before. */
const SLOT_BYTES = 16 * 1024
export const MAX_RUN_FILE_BYTES: number = 2 * SLOT_BYTES

const NAME = /^(run|ended|report)-(\d{1,10})-(\d{1,15})\.(?:slots|json)$/

/** `run` is of a process that lives or has died, `ended` of one that ended by itself. */
export type RunFileKind = 'run' | 'ended' | 'report'
export type RunFileName = { kind: RunFileKind; pid: number; startedAtMs: number }

/** As the process itself names its files: by its pid, and by when it started. */
export function runFileName(kind: RunFileKind, pid: number, startedAtMs: number): string {
  return `${kind}-${pid}-${startedAtMs}.${kind === 'report' ? 'json' : 'slots'}`
}

export function parseRunFileName(name: string): RunFileName | undefined {
  const match = NAME.exec(name)
  if (match === null) return undefined
  return { kind: match[1] as RunFileKind, pid: Number(match[2]), startedAtMs: Number(match[3]) }
}

/** The file of a living process. Its methods throw what the file system throws. */
export class RunFile {
  readonly #folder: string
  readonly #pid: number
  readonly #startedAtMs: number
  readonly #fd: number
  #sequence = 0

  constructor(folder: string, pid: number, startedAtMs: number) {
    this.#folder = folder
    this.#pid = pid
    this.#startedAtMs = startedAtMs
    // A process that has just ended may have taken the empty folder away.
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#fd = openSync(this.#path('run'), 'wx', 0o600)
  }

  /** One `pwrite`. @returns whether it was small enough */
  write(record: RunRecord): boolean {
    const slot = encodeSlot(record, this.#sequence + 1)
    if (slot.length > SLOT_BYTES) return false
    this.#sequence++
    writeSync(this.#fd, slot, 0, slot.length, (this.#sequence % 2) * SLOT_BYTES)
    return true
  }

  /** @param isTold whether a parent that watches should be able to see that the end was orderly */
  end(isTold: boolean): void {
    closeSync(this.#fd)
    if (isTold) renameSync(this.#path('run'), this.#path('ended'))
    else unlinkSync(this.#path('run'))
    try {
      rmdirSync(this.#folder)
    } catch {
      // Events that wait, or files of other processes, are in it.
    }
  }

  #path(kind: RunFileKind): string {
    return join(this.#folder, runFileName(kind, this.#pid, this.#startedAtMs))
  }
}

/** The newest record that is whole. */
export function readRunFile(bytes: Buffer): RunRecord | undefined {
  return [0, SLOT_BYTES]
    .flatMap((offset) => decodeSlot(bytes.subarray(offset, offset + SLOT_BYTES)) ?? [])
    .sort((one, other) => other.sequence - one.sequence)
    .map(({ record }) => record)[0]
}

function encodeSlot(record: RunRecord, sequence: number): Buffer {
  const json = JSON.stringify(record)
  // Its number at both ends: what was written half has the old one at its end.
  return Buffer.from(`mayday-run ${sequence} ${Buffer.byteLength(json)}\n${json}\n${sequence}\n`)
}

function decodeSlot(slot: Buffer): { sequence: number; record: RunRecord } | undefined {
  const head = /^mayday-run (\d{1,15}) (\d{1,5})\n/.exec(slot.toString('latin1', 0, 40))
  if (head === null) return undefined
  const begin = head[0].length
  const end = begin + Number(head[2])
  const tail = `\n${head[1]}\n`
  if (slot.toString('latin1', end, end + tail.length) !== tail) return undefined
  const record = parseRunRecord(slot.toString('utf8', begin, end))
  return record && { sequence: Number(head[1]), record }
}

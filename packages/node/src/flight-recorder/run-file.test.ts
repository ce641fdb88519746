import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { resolveOptions } from '../resolve-options.ts'
import { recordIdentity } from './current-record.ts'
import { parseRunFileName, RunFile, readRunFile } from './run-file.ts'
import type { RunRecord } from './run-record.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mayday-run-file-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const options = resolveOptions({ dsn: '', environment: 'é' }, {}, () => undefined)

function recordAt(beatAtMs: number, requestName = 'GET /'): RunRecord {
  return {
    ...recordIdentity(options, 5),
    beatAtMs,
    beatEveryMs: 1000,
    requests: [{ name: requestName, startedAtMs: 1 }],
    requestCount: 1,
    memory: { heapUsed: 1, heapLimit: 2, rss: 3 },
    trend: [[1, 2, 3]],
    loopDelayMs: 0,
  }
}

function written(file: RunFile, ...records: RunRecord[]): Buffer {
  for (const record of records) file.write(record)
  return readFileSync(join(folder, readdirSync(folder)[0] ?? ''))
}

describe('the file of a run', () => {
  test('gives back the record that was written last', () => {
    const file = new RunFile(folder, 7, 5)
    const record = recordAt(2, 'GET /ü/日本')
    expect(readRunFile(written(file, recordAt(1), record))).toEqual(record)
    expect(readRunFile(written(file, recordAt(3), recordAt(4)))?.beatAtMs).toBe(4)
  })

  test('has the record before when the last was torn, wherever that was', () => {
    const file = new RunFile(folder, 7, 5)
    const before = written(file, recordAt(1), recordAt(2), recordAt(3))
    const after = written(file, recordAt(4))
    // As long as the one that it is torn into, so that the JSON is whole either way.
    const whole = readRunFile(after)
    expect(whole?.beatAtMs).toBe(4)
    const length = after.indexOf('\n4\n') + 3
    for (let end = 1; end < length - 1; end += 7) {
      const torn = Buffer.concat([after.subarray(0, end), before.subarray(end)])
      expect(readRunFile(torn)?.beatAtMs).toBe(3)
    }
  })

  test('a record that is too large is not written, and what was there stays', () => {
    const file = new RunFile(folder, 7, 5)
    const bytes = written(file, recordAt(1))
    expect(file.write(recordAt(2, 'x'.repeat(20_000)))).toBe(false)
    expect(readRunFile(bytes)?.beatAtMs).toBe(1)
  })

  test('anything else is no record', () => {
    for (const text of ['', 'x', 'mayday-run 1 2\n{}\n1\n', 'mayday-run 1 4\nnull\n1\n']) {
      expect(readRunFile(Buffer.from(text))).toBeUndefined()
    }
  })

  test('is the user’s alone, and is gone at the end, or named so that a parent sees it', () => {
    const file = new RunFile(folder, 7, 5)
    const [name = ''] = readdirSync(folder)
    expect(parseRunFileName(name)).toEqual({ kind: 'run', pid: 7, startedAtMs: 5 })
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    file.end(true)
    expect(readdirSync(folder).map(parseRunFileName)).toMatchObject([{ kind: 'ended' }])
    new RunFile(folder, 8, 5).end(false)
    expect(readdirSync(folder)).toHaveLength(1)
  })
})

import {
  appendFile,
  chmod,
  mkdtemp,
  readdir,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Journal, JournalFull, JournalWriteError } from './journal.ts'
import { JournalReader } from './journal-reader.ts'
import type { JournalRecord } from './record.ts'
import { listSegments } from './segment.ts'

const ROOMY = { maxBytes: 64 * 1024 * 1024 }
let parent: string
let folder: string

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'mayday-journal-'))
  folder = join(parent, 'journal')
})

afterEach(async () => {
  jest.restoreAllMocks()
  await rm(parent, { recursive: true, force: true })
})

test('records come back in the order of their appends, with every field', async () => {
  const journal = await Journal.open(folder, ROOMY)
  const records = Array.from({ length: 100 }, (_, i) => recordOf(i, 50 * i))
  await Promise.all(records.map((record) => journal.append(record)))
  expect((await readAll()).map(({ record }) => record)).toEqual(records)
  await journal.close()
})

test('a closed and reopened journal keeps its id and its records', async () => {
  const first = await Journal.open(folder, ROOMY)
  await first.append(recordOf(1))
  await first.close()
  const second = await Journal.open(folder, ROOMY)
  await second.append(recordOf(2))
  expect(second.id).toBe(first.id)
  expect(await readIds()).toEqual([recordOf(1).eventId, recordOf(2).eventId])
  await second.close()
})

test('appends of a moment share one write to disk', async () => {
  const journal = await Journal.open(folder, ROOMY)
  await journal.append(recordOf(0))
  const order: number[] = []
  await Promise.all([
    journal.append(recordOf(1)).then(() => order.push(1)),
    ...[2, 3, 4].map((i) => journal.append(recordOf(i)).then(() => order.push(i))),
    Promise.resolve().then(() => order.push(0)),
  ])
  expect(order).toEqual([0, 1, 2, 3, 4])
  await journal.close()
})

test('an append after close is refused', async () => {
  const journal = await Journal.open(folder, ROOMY)
  await journal.close()
  await expect(journal.append(recordOf(1))).rejects.toThrow(JournalWriteError)
})

test('appends that wait when the journal is closed are still written', async () => {
  const journal = await Journal.open(folder, ROOMY)
  const appends = [1, 2, 3].map((i) => journal.append(recordOf(i)))
  await journal.close()
  await Promise.all(appends)
  expect(await readIds()).toHaveLength(3)
})

test('files deleted by hand take no further records with them', async () => {
  const journal = await Journal.open(folder, ROOMY)
  await journal.append(recordOf(1))
  for (const { path } of await listSegments(folder)) await rm(path)
  jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
  await journal.append(recordOf(2))
  expect(await readIds()).toEqual([recordOf(2).eventId])
  await journal.close()
})

test('a folder that is gone is a disk that refuses', async () => {
  const journal = await Journal.open(folder, ROOMY)
  await rm(folder, { recursive: true })
  jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
  await expect(journal.append(recordOf(1))).rejects.toThrow(JournalWriteError)
  await journal.close()
})

test('files are readable by the server alone', async () => {
  await Journal.open(folder, ROOMY).then((journal) => journal.close())
  await chmod(folder, 0o755)
  const journal = await Journal.open(folder, ROOMY)
  await journal.append(recordOf(1))
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  for (const name of await readdir(folder)) {
    expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600])
  }
  await journal.close()
})

test('a full journal refuses the record, and takes it once a reader has freed a segment', async () => {
  const journal = await Journal.open(folder, { maxBytes: 400_000 })
  const refusal = await appendUntilRefused(journal, 10_000)
  expect(refusal).toBeInstanceOf(JournalFull)
  expect(journal.bytes).toBeLessThanOrEqual(400_000)
  expect(totalOf(await listSegments(folder))).toBeLessThanOrEqual(400_000)

  const reader = await JournalReader.open(folder)
  const { next } = await reader.read(undefined, 60_000, 1000)
  const later = await reader.read(next, 60_000, 1000)
  await reader.release(later.next)
  await reader.close()
  await appendWhenFree(journal, recordOf(1, 10_000))
  await journal.close()
})

test('what was refused as full is not in the journal', async () => {
  const journal = await Journal.open(folder, { maxBytes: 200_000 })
  await appendUntilRefused(journal, 30_000)
  const before = await readIds()
  await expect(journal.append(recordOf(999, 30_000))).rejects.toThrow(JournalFull)
  expect(await readIds()).toEqual(before)
  await journal.close()
})

test('segments follow one another and together hold every record once', async () => {
  const journal = await Journal.open(folder, { maxBytes: 16 * 20_000 })
  for (let i = 0; i < 20; i++) await journal.append(recordOf(i, 5000))
  expect((await listSegments(folder)).length).toBeGreaterThan(4)
  expect(await readIds()).toEqual(Array.from({ length: 20 }, (_, i) => recordOf(i).eventId))
  await journal.close()
})

test('a record larger than a segment has one for itself', async () => {
  const journal = await Journal.open(folder, ROOMY)
  for (const [i, size] of [100, 9_000_000, 100].entries()) await journal.append(recordOf(i, size))
  expect((await readAll()).map(({ record }) => record.body.length)).toEqual([100, 9_000_000, 100])
  await journal.close()
})

test('the unfinished end that a killed writer left is cut when the journal is opened', async () => {
  const journal = await Journal.open(folder, ROOMY)
  await journal.append(recordOf(1))
  await journal.append(recordOf(2, 500))
  await journal.close()
  const [segment] = await listSegments(folder)
  await truncate(segment!.path, segment!.bytes - 100)

  const reopened = await Journal.open(folder, ROOMY)
  await reopened.append(recordOf(3))
  const { damaged } = await readEverything()
  expect(damaged).toEqual([])
  expect(await readIds()).toEqual([recordOf(1).eventId, recordOf(3).eventId])
  await reopened.close()
})

test.each([
  ['an empty', ''],
  ['a half-written', 'MAYD'],
])('%s segment left by a killed writer is no obstacle', async (_, content) => {
  const journal = await Journal.open(folder, ROOMY)
  await journal.append(recordOf(1))
  await journal.close()
  await writeFile(join(folder, `${String(Date.now() + 1000).padStart(16, '0')}.segment`), content)
  const reopened = await Journal.open(folder, ROOMY)
  await reopened.append(recordOf(2))
  expect(await readIds()).toEqual([recordOf(1).eventId, recordOf(2).eventId])
  await reopened.close()
})

test('an id file that cannot be used is replaced', async () => {
  const first = await Journal.open(folder, ROOMY)
  await first.close()
  await truncate(join(folder, 'id'), 0)
  const second = await Journal.open(folder, ROOMY)
  expect(second.id).toMatch(/^[0-9a-f-]{36}$/)
  expect(second.id).not.toBe(first.id)
  await second.close()
})

test('a quiet journal ends its segment, so that what is digested can be deleted', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance', 'Date'] })
  try {
    const journal = await Journal.open(folder, ROOMY)
    await journal.append(recordOf(1))
    const reader = await JournalReader.open(folder)
    const { next } = await reader.read(undefined, 10_000, 10)
    await reader.release(next)
    expect(await readIds()).toHaveLength(1)
    // Its timer is set only after the appender was told.
    await new Promise((resolve) => setImmediate(resolve))
    jest.advanceTimersByTime(5_000)
    while ((await listSegments(folder)).length < 2) await reader.read(next, 10_000, 10)
    const moved = await reader.read(next, 10_000, 10)
    expect(moved.next.segment).toBeGreaterThan(next.segment)
    await reader.release(moved.next)
    expect(await readIds()).toEqual([])
    await journal.append(recordOf(2))
    expect(await readIds()).toEqual([recordOf(2).eventId])
    await reader.close()
    await journal.close()
  } finally {
    jest.useRealTimers()
  }
})

test('strange files in the folder are left alone', async () => {
  const journal = await Journal.open(folder, ROOMY)
  await writeFile(join(folder, 'notes.txt'), 'mine')
  await appendFile(join(folder, '1.segment'), 'mine too')
  await journal.append(recordOf(1))
  expect(await readIds()).toHaveLength(1)
  await journal.close()
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['notes.txt', '1.segment']))
})

function recordOf(number: number, bodyBytes = 10): JournalRecord {
  return {
    projectId: 7,
    keyId: 8,
    receivedAtMs: 1_700_000_000_000 + number,
    eventId: (number + 1).toString(16).padStart(32, '0'),
    events: 1,
    encoding: 'gzip',
    clientIp: '2001:db8::1',
    client: 'sentry.python/2.68.0',
    body: Buffer.alloc(bodyBytes, String(number)),
  }
}

async function readEverything() {
  const reader = await JournalReader.open(folder)
  const records: { record: JournalRecord }[] = []
  const damaged: object[] = []
  let batch = await reader.read(undefined, 100_000, 7)
  while (batch.records.length > 0) {
    records.push(...batch.records)
    damaged.push(...batch.damaged)
    batch = await reader.read(batch.next, 100_000, 7)
  }
  await reader.close()
  return { records, damaged }
}

async function readAll() {
  return (await readEverything()).records
}

async function readIds() {
  return (await readAll()).map(({ record }) => record.eventId)
}

async function appendUntilRefused(journal: Journal, bodyBytes: number): Promise<unknown> {
  for (let i = 0; ; i++) {
    try {
      await journal.append(recordOf(i, bodyBytes))
    } catch (error) {
      return error
    }
  }
}

/** The writer looks for freed space at most every few milliseconds. */
async function appendWhenFree(journal: Journal, record: JournalRecord): Promise<void> {
  for (;;) {
    try {
      return await journal.append(record)
    } catch (error) {
      if (!(error instanceof JournalFull)) throw error
    }
  }
}

function totalOf(segments: { bytes: number }[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0)
}

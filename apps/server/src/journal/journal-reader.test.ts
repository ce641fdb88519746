import { mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Journal } from './journal.ts'
import { type Damage, JournalReader } from './journal-reader.ts'
import type { JournalPosition, JournalRecord } from './record.ts'
import { frameBytes } from './record-frame.ts'
import { listSegments, SEGMENT_HEADER_BYTES } from './segment.ts'

const ROOMY = { maxBytes: 64 * 1024 * 1024 }
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mayday-journal-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('a folder without a journal is refused by name', async () => {
  await expect(JournalReader.open(folder)).rejects.toThrow(`There is no journal in ${folder}`)
})

test('an empty journal gives no records and no damage', async () => {
  await using(async (_, reader) => {
    expect((await reader.read(undefined, 1000, 10)).records).toEqual([])
  })
})

test('a batch keeps to the count and to the bytes, but holds at least one record', async () => {
  await using(async (journal, reader) => {
    for (let i = 0; i < 10; i++) await journal.append(recordOf(i, 1000))
    expect((await reader.read(undefined, 1_000_000, 3)).records).toHaveLength(3)
    const size = frameBytes(recordOf(0, 1000))
    expect((await reader.read(undefined, size * 4 + 10, 100)).records).toHaveLength(4)
    expect((await reader.read(undefined, 1, 100)).records).toHaveLength(1)
  })
})

test('reading goes on where the last batch ended, also in a new reader', async () => {
  await using(async (journal, reader) => {
    for (let i = 0; i < 6; i++) await journal.append(recordOf(i))
    const first = await reader.read(undefined, 10_000, 4)
    expect(first.next).toEqual(first.records.at(-1)?.end)
    const other = await JournalReader.open(folder)
    const rest = await other.read(first.records[1]?.end, 10_000, 100)
    expect(idsOf(rest.records)).toEqual([2, 3, 4, 5].map((i) => recordOf(i).eventId))
    await other.close()
  })
})

test('a record that is only half there is waited for', async () => {
  await using(async (journal, reader) => {
    await journal.append(recordOf(1))
    await journal.append(recordOf(2, 500))
    const [segment] = await listSegments(folder)
    const whole = await readFile(segment!.path)
    const half = whole.length - 200
    await overwrite(segment!.path, whole.subarray(0, half))
    const batch = await reader.read(undefined, 10_000, 10)
    expect(idsOf(batch.records)).toEqual([recordOf(1).eventId])
    expect(await reader.read(batch.next, 10_000, 10)).toEqual({
      records: [],
      next: batch.next,
      damaged: [],
    })
    await overwrite(segment!.path, whole)
    const rest = await reader.read(batch.next, 10_000, 10)
    expect(idsOf(rest.records)).toEqual([recordOf(2).eventId])
  })
})

test('one flipped byte anywhere costs at most the record that it hit', async () => {
  const journal = await Journal.open(folder, ROOMY)
  const count = 4
  for (let i = 0; i < count; i++) await journal.append(recordOf(i, 20))
  await journal.close()
  await (await Journal.open(folder, ROOMY)).close()
  const [segment] = await listSegments(folder)
  const whole = await readFile(segment!.path)
  const frame = frameBytes(recordOf(0, 20))
  // A later segment, so that the last record of this one is known to be final.
  const later = await Journal.open(folder, ROOMY)
  await later.append(recordOf(count))
  for (let at = 0; at < whole.length; at++) {
    const flipped = Buffer.from(whole)
    flipped[at] = flipped[at]! ^ 0x55
    await overwrite(segment!.path, flipped)
    const { ids, damaged } = await readEverything()
    const hit = Math.floor((at - SEGMENT_HEADER_BYTES) / frame)
    const expected = Array.from({ length: count + 1 }, (_, i) => i).filter((i) => i !== hit)
    expect([at, ids]).toEqual([at, expected.map((i) => recordOf(i).eventId)])
    expect(damaged).toHaveLength(hit < 0 ? 0 : 1)
  }
  await later.close()
})

test('a bad record is copied aside once, counted, and passed', async () => {
  await using(async (journal, reader) => {
    for (let i = 0; i < 3; i++) await journal.append(recordOf(i, 300))
    const [segment] = await listSegments(folder)
    const frame = frameBytes(recordOf(0, 300))
    await flip(segment!.path, SEGMENT_HEADER_BYTES + frame + 200)
    const expected: Damage = {
      segment: segment!.number,
      position: SEGMENT_HEADER_BYTES + frame,
      reason: 'wrong checksum',
    }
    for (let round = 0; round < 2; round++) {
      const { ids, damaged } = await readEverything()
      expect(ids).toEqual([recordOf(0).eventId, recordOf(2).eventId])
      expect(damaged).toEqual([expected])
    }
    const [copy, ...others] = await readdir(join(folder, 'damaged'))
    expect(others).toEqual([])
    expect((await stat(join(folder, 'damaged', copy!))).size).toBe(frame)
    expect((await reader.backlog(undefined)).pendingRecords).toBe(2)
  })
})

test('a forged record inside a body is never read as a record of its own', async () => {
  await using(async (journal, reader) => {
    await journal.append(recordOf(1))
    const [segment] = await listSegments(folder)
    const forged = (await readFile(segment!.path)).subarray(SEGMENT_HEADER_BYTES)
    // What a sender could know at best: the layout, but not the marker of the segment.
    const guess = Buffer.from(forged)
    guess.write('MAYDAYJ1', 0, 'latin1')
    await journal.append({ ...recordOf(2), body: guess })
    await journal.append(recordOf(3))
    await flip(segment!.path, SEGMENT_HEADER_BYTES + forged.length + 10)
    const batch = await reader.read(undefined, 10_000, 10)
    const rest = await reader.read(batch.next, 10_000, 10)
    expect(idsOf([...batch.records, ...rest.records])).toEqual([
      recordOf(1).eventId,
      recordOf(3).eventId,
    ])
  })
})

test('release deletes the segments that were passed, and no others', async () => {
  const journal = await Journal.open(folder, { maxBytes: 16 * 3000 })
  for (let i = 0; i < 10; i++) await journal.append(recordOf(i, 1000))
  const reader = await JournalReader.open(folder)
  const before = await listSegments(folder)
  let position: JournalPosition | undefined
  for (let i = 0; i < 5; i++) position = (await reader.read(position, 1, 1)).next
  await reader.release(position!)
  const after = await listSegments(folder)
  expect(after.map(({ number }) => number)).toEqual(
    before.map(({ number }) => number).filter((number) => number >= position!.segment),
  )
  const rest = await readFrom(reader, position)
  expect(rest).toEqual([5, 6, 7, 8, 9].map((i) => recordOf(i).eventId))
  await reader.close()
  await journal.close()
})

test('release deletes a segment that is read to its end when a later one exists', async () => {
  const journal = await Journal.open(folder, ROOMY)
  await journal.append(recordOf(1))
  await journal.close()
  const reopened = await Journal.open(folder, ROOMY)
  const reader = await JournalReader.open(folder)
  const { next } = await reader.read(undefined, 1000, 10)
  await reader.release(next)
  expect(await listSegments(folder)).toHaveLength(1)
  await reopened.append(recordOf(2))
  await reader.release(next)
  expect((await listSegments(folder)).map(({ number }) => number)).not.toContain(next.segment)
  expect(await readFrom(reader, next)).toEqual([recordOf(2).eventId])
  await reader.close()
  await reopened.close()
})

test('the backlog counts what waits behind a position, and how old it is', async () => {
  const journal = await Journal.open(folder, { maxBytes: 16 * 3000 })
  const reader = await JournalReader.open(folder)
  for (let i = 0; i < 10; i++) await journal.append(recordOf(i, 1000))
  expect(await reader.backlog(undefined)).toMatchObject({
    pendingEvents: 20,
    pendingRecords: 10,
    oldestReceivedAtMs: recordOf(0).receivedAtMs,
  })
  let position: JournalPosition | undefined
  for (let i = 0; i < 5; i++) position = (await reader.read(position, 1, 1)).next
  const behind = await reader.backlog(position)
  expect(behind).toMatchObject({
    pendingEvents: 10,
    pendingRecords: 5,
    oldestReceivedAtMs: recordOf(5).receivedAtMs,
  })
  expect(behind.bytes).toBeGreaterThanOrEqual(5000)
  const { next } = await drain(reader, position)
  expect(await reader.backlog(next)).toMatchObject({
    pendingRecords: 0,
    pendingEvents: 0,
    oldestReceivedAtMs: null,
  })
  await reader.close()
  await journal.close()
})

test('a reader in another thread gets every record once, in order, while they are written', async () => {
  const journal = await Journal.open(folder, { maxBytes: 16 * 200_000 })
  const count = 1500
  const worker = new Worker(new URL('../../test/journal-follower.mjs', import.meta.url), {
    workerData: { folder, count },
  })
  const received = new Promise<string[]>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  let appended = 0
  const appendSome = async () => {
    while (appended < count) await journal.append(recordOf(appended++, 200 + (appended % 700)))
  }
  await Promise.all(Array.from({ length: 10 }, appendSome))
  const ids = await received
  expect(ids).toEqual(Array.from({ length: count }, (_, i) => recordOf(i).eventId))
  await worker.terminate()
  await journal.close()
})

function recordOf(number: number, bodyBytes = 10): JournalRecord {
  return {
    projectId: 7,
    keyId: 8,
    receivedAtMs: 1_700_000_000_000 + number,
    eventId: (number + 1).toString(16).padStart(32, '0'),
    events: 2,
    encoding: 'identity',
    clientIp: '127.0.0.1',
    client: '',
    body: Buffer.alloc(bodyBytes, 'x'),
  }
}

async function using(run: (journal: Journal, reader: JournalReader) => Promise<void>) {
  const journal = await Journal.open(folder, ROOMY)
  const reader = await JournalReader.open(folder)
  await run(journal, reader)
  await reader.close()
  await journal.close()
}

async function drain(reader: JournalReader, from: JournalPosition | undefined) {
  const records: { record: JournalRecord }[] = []
  const damaged: Damage[] = []
  let batch = await reader.read(from, 4096, 100)
  for (; batch.records.length > 0; batch = await reader.read(batch.next, 4096, 100)) {
    records.push(...batch.records)
    damaged.push(...batch.damaged)
  }
  damaged.push(...batch.damaged)
  return { ids: idsOf(records), damaged, next: batch.next }
}

async function readFrom(reader: JournalReader, from: JournalPosition | undefined) {
  return (await drain(reader, from)).ids
}

async function readEverything() {
  const reader = await JournalReader.open(folder)
  const all = await drain(reader, undefined)
  await reader.close()
  return all
}

function idsOf(records: { record: JournalRecord }[]): string[] {
  return records.map(({ record }) => record.eventId)
}

async function overwrite(path: string, content: Buffer): Promise<void> {
  const handle = await open(path, 'r+')
  await handle.truncate(0)
  await handle.write(content, 0, content.length, 0)
  await handle.close()
}

async function flip(path: string, at: number): Promise<void> {
  const content = await readFile(path)
  content[at] = content[at]! ^ 0x55
  await overwrite(path, content)
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Journal } from './journal.ts'
import { JournalReader } from './journal-reader.ts'

const WRITER = fileURLToPath(new URL('../../test/journal-writer.mjs', import.meta.url))
const KILLS = 5
const writers: ReturnType<typeof spawn>[] = []
const FOR_EVER = '1000000000'
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mayday-journal-'))
})

afterEach(async () => {
  for (const writer of writers.splice(0)) writer.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

test('A01: no acknowledged record is lost and none is doubled when the writer is killed', async () => {
  const acknowledged: string[] = []
  for (let round = 0; round < KILLS; round++) {
    const prefix = round.toString(16).padStart(8, 'f')
    const writer = startWriter([folder, prefix, FOR_EVER, '16', '3000'])
    const lines = collectLines(writer)
    await once(writer.stdout, 'data')
    await setTimeout(Math.random() * 300)
    writer.kill('SIGKILL')
    acknowledged.push(...(await lines))
  }
  const reopened = await Journal.open(folder, { maxBytes: 1024 ** 3 })
  const { ids, damaged } = await readEverything()
  await reopened.close()
  expect(acknowledged.length).toBeGreaterThan(KILLS)
  expect(new Set(ids).size).toBe(ids.length)
  expect(damaged).toEqual([])
  const found = new Set(ids)
  expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
}, 60_000)

test('a second writer is refused by name, and let in once the first was killed', async () => {
  const writer = startWriter([folder, 'aaaaaaaa', FOR_EVER, '1', '100'])
  const lines = collectLines(writer)
  await once(writer.stdout, 'data')
  await expect(Journal.open(folder, { maxBytes: 1e9 })).rejects.toThrow(
    `Process ${writer.pid} is already writing to ${folder}`,
  )
  writer.kill('SIGKILL')
  await lines
  const journal = await Journal.open(folder, { maxBytes: 1e9 })
  await expect(Journal.open(folder, { maxBytes: 1e9 })).rejects.toThrow('already open')
  await journal.close()
})

test('a lock whose process id now belongs to another program is taken over', async () => {
  const holder = { pid: process.ppid, startedAt: 'long ago' }
  await writeFile(join(folder, 'lock'), JSON.stringify(holder))
  await (await Journal.open(folder, { maxBytes: 1e9 })).close()
})

test.each(['', '{"pi', 'null'])('a torn lock file (%j) is taken over', async (content) => {
  await writeFile(join(folder, 'lock'), content)
  await (await Journal.open(folder, { maxBytes: 1e9 })).close()
})

test('A05: a disk that takes no more refuses with its reason, keeps nothing half, and recovers', async () => {
  // The shell's limit on file size: the write is cut short and then fails, as on a full disk.
  const command = `ulimit -f 100; exec "$0" "$@"`
  const args = [WRITER, folder, 'bbbbbbbb', '60', '4', '6000']
  const writer = spawn('sh', ['-c', command, process.execPath, ...args])
  const lines = await collectLines(writer)
  const refused = lines.filter((line) => line.startsWith('refused'))
  const acknowledged = lines.filter((line) => !line.startsWith('refused'))
  expect(refused.length).toBeGreaterThan(0)
  for (const line of refused) {
    expect(line).toContain('JournalWriteError: The journal cannot be written: EFBIG')
  }
  expect(acknowledged.length).toBeGreaterThan(refused.length)
  const { ids, damaged } = await readEverything()
  expect([...ids].sort()).toEqual([...acknowledged].sort())
  expect(damaged).toEqual([])
})

function startWriter(args: string[]) {
  const writer = spawn(process.execPath, [WRITER, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  writers.push(writer)
  return writer
}

/** All whole lines until the process ends. */
async function collectLines(writer: ReturnType<typeof spawn>): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: writer.stdout! })) lines.push(line)
  // Killed in the middle of a line, it says nothing about that record.
  return lines.filter((line) => line.length >= 32)
}

async function readEverything() {
  const reader = await JournalReader.open(folder)
  const ids: string[] = []
  const damaged: object[] = []
  let batch = await reader.read(undefined, 1_000_000, 1000)
  for (; batch.records.length > 0; batch = await reader.read(batch.next, 1_000_000, 1000)) {
    ids.push(...batch.records.map(({ record }) => record.eventId))
    damaged.push(...batch.damaged)
  }
  damaged.push(...batch.damaged)
  await reader.close()
  return { ids, damaged }
}

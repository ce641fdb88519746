import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { waitFor } from '../../test/digest-until.ts'
import { makeTenant } from '../../test/factories.ts'
import { recordOf } from '../../test/journal-of.ts'
import { sql } from '../db/sql.ts'
import { Journal } from '../journal/journal.ts'
import { DigestThread } from './digest-thread.ts'

const REAL = new URL('../../test/digest-worker.mjs', import.meta.url)
const LOOPING = new URL('../../test/looping-worker.mjs', import.meta.url)

let postgres: TestDatabase
let folder: string

beforeAll(async () => {
  postgres = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'mayday-digest-'))
})
afterAll(async () => {
  await postgres.drop()
  await rm(folder, { recursive: true })
})

function start(entry: URL, maxStepMs = 10_000) {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) })
  const options = { databaseUrl: postgres.url, journalDir: folder, retentionDays: 90, log }
  return { lines, thread: DigestThread.start({ ...options, test: { entry, maxStepMs } }) }
}

test('what is appended to the journal is digested on another thread', async () => {
  const { projectId } = await makeTenant(postgres.database)
  const journal = await Journal.open(folder, { maxBytes: 64 * 1024 * 1024 })
  await journal.append(recordOf(projectId))
  const { thread, lines } = start(REAL)
  const events = async () => {
    const [row] = await sql<{ n: number }>(
      postgres.database,
      'select count(*)::int as n from event where project_id = $1',
      [projectId],
    )
    return row?.n
  }
  await waitFor(async () => (await events()) === 1)
  for (let i = 0; i < 20; i++) await journal.append(recordOf(projectId))
  thread.appended()
  await waitFor(async () => (await events()) === 21)
  await thread.stop()
  expect(thread.progress).toMatchObject({ digested: 21, duplicates: 0, deadLetters: 0 })
  expect(lines).toEqual([])
  await journal.close()
}, 30_000)

test('leaves are made for the days ahead when it starts', async () => {
  const { thread } = start(REAL)
  await waitFor(async () => {
    const [row] = await sql<{ n: number }>(
      postgres.database,
      `select count(*)::int as n from pg_inherits where inhparent = 'event'::regclass`,
    )
    return (row?.n ?? 0) >= 9
  })
  await thread.stop()
}, 30_000)

test('a record that loops ends the thread three times and is then left out', async () => {
  const { thread, lines } = start(LOOPING, 50)
  await waitFor(() => lines.some(({ msg }) => msg === 'no loop'))
  await thread.stop()
  const messages = lines.map(({ msg }) => msg)
  expect(
    messages.filter((text) => text === 'An event makes digest loop; the thread is ended'),
  ).toHaveLength(3)
  expect(lines.at(-1)).toMatchObject({ '7:42': 3 })
}, 30_000)

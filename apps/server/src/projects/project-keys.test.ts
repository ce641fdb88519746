import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { KEY, KEYS, KeyTable, WRONG_KEY } from '../../test/intake-server.ts'
import { sql } from '../db/sql.ts'
import { keysInDatabase, ProjectKeys } from './project-keys.ts'

let folder: string
let snapshotFile: string
let table: KeyTable
let nowMs: number
let keys: ProjectKeys

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mayday-keys-'))
  snapshotFile = join(folder, 'project-keys.json')
  table = new KeyTable(KEYS.map((key) => ({ ...key })))
  nowMs = 1_000_000
  keys = await open()
})

afterEach(async () => {
  await keys.close()
  // A snapshot may just be being put in its place.
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

function open() {
  return ProjectKeys.open({ source: table, snapshotFile, now: () => nowMs })
}

const SECOND = 1000
const MINUTE = 60 * SECOND

test('a key that was loaded at the start is found without a statement', async () => {
  const before = table.statements
  expect(await keys.find(1, KEY)).toEqual(KEYS[0])
  expect(table.statements).toBe(before)
})

test('a key is unknown at every project but its own', async () => {
  expect(await keys.find(2, KEY)).toBe('unknown')
  expect(await keys.find(1, KEY)).toEqual(KEYS[0])
})

test('a key that was switched off is known to be so within seconds of use', async () => {
  table.keys[0]!.isActive = false
  nowMs += 10 * SECOND
  await keys.find(1, KEY)
  await until(async () => (await keys.find(1, KEY)) !== 'unknown' && !(await isActive()))
})

test('after a minute without use a change is seen by the first request', async () => {
  table.keys[0]!.isActive = false
  nowMs += 2 * MINUTE
  expect(await isActive()).toBe(false)
})

test('a key that was deleted is unknown', async () => {
  table.keys = []
  nowMs += 2 * MINUTE
  expect(await keys.find(1, KEY)).toBe('unknown')
})

test('an unknown key is asked for again after a while', async () => {
  const before = table.statements
  expect(await keys.find(1, WRONG_KEY)).toBe('unknown')
  expect(await keys.find(1, WRONG_KEY)).toBe('unknown')
  expect(table.statements).toBe(before + 1)
  table.keys.push({ ...KEYS[0]!, id: 77, publicKey: WRONG_KEY })
  nowMs += 20 * SECOND
  expect(await keys.find(1, WRONG_KEY)).toMatchObject({ id: 77 })
})

describe.each(['away', 'frozen'] as const)('with a database that is %s', (state) => {
  test('known keys stay valid for as long as it takes', async () => {
    table.state = state
    nowMs += 24 * 60 * MINUTE
    expect(await keys.find(1, KEY)).toEqual(KEYS[0])
    expect(await keys.find(1, KEY)).toEqual(KEYS[0])
  })

  test('a key that is not known is unavailable, not unknown', async () => {
    table.state = state
    expect(await keys.find(1, WRONG_KEY)).toBe('unavailable')
    table.state = 'there'
  })

  test('a start knows the keys from the file', async () => {
    await keys.close()
    table.state = state
    keys = await open()
    expect(await keys.find(1, KEY)).toEqual(KEYS[0])
    expect(await keys.find(1, WRONG_KEY)).toBe('unavailable')
  })

  test('no more than one statement waits for it', async () => {
    table.state = state
    const before = table.statements
    for (let i = 0; i < 5; i++) {
      nowMs += 5 * MINUTE
      await keys.find(1, KEY)
    }
    expect(table.statements - before).toBeLessThanOrEqual(state === 'frozen' ? 1 : 5)
  })
})

test('a database that comes back is asked again', async () => {
  table.state = 'away'
  expect(await keys.find(1, WRONG_KEY)).toBe('unavailable')
  table.state = 'there'
  nowMs += 10 * SECOND
  expect(await keys.find(1, WRONG_KEY)).toBe('unknown')
})

test('the file is private to the server and is not needed', async () => {
  await keys.close()
  expect((await stat(snapshotFile)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(snapshotFile, 'utf8'))).toHaveLength(KEYS.length)
  for (const content of ['', '{"torn', '[{"id":1}]', '7']) {
    await writeFile(snapshotFile, content)
    keys = await open()
    expect(await keys.find(1, KEY)).toEqual(KEYS[0])
    await keys.close()
  }
})

test('the use of a key is noted once a minute', async () => {
  for (let i = 0; i < 5; i++) await keys.find(1, KEY)
  await keys.close()
  expect(table.touched).toEqual([KEYS[0]!.id])
})

test('a use that is just being noted keeps no key from being looked up', async () => {
  let note: (() => void) | undefined
  table.touch = () => new Promise<undefined>((resolve) => (note = () => resolve(undefined)))
  await keys.find(1, KEY)
  const closed = keys.close()
  await until(async () => note !== undefined)
  expect(await keys.find(1, WRONG_KEY)).toBe('unknown')
  note?.()
  await closed
})

describe('in PostgreSQL', () => {
  let postgres: TestDatabase

  beforeAll(async () => {
    postgres = await createTestDatabase()
    await sql(postgres.database, `insert into organization (slug, name) values ('acme', 'Acme')`)
    await sql(
      postgres.database,
      `insert into project (organization_id, slug, name) select id, 'shop', 'Shop' from organization`,
    )
    for (const [i, publicKey] of ['1', '2'].map((digit) => digit.repeat(32)).entries()) {
      await sql(
        postgres.database,
        `insert into project_key (project_id, public_key, name, rate_limit_window, rate_limit_count)
         select id, $1, 'Default', $2, $2 from project`,
        [publicKey, i === 0 ? null : 60],
      )
    }
  })

  afterAll(() => postgres.drop())

  test('keys are read and their use is noted', async () => {
    const source = keysInDatabase(postgres.database)
    const all = await source.newest(10)
    expect(all).toHaveLength(2)
    const [newest] = await source.newest(1)
    expect(newest).toEqual({
      id: newest?.id,
      projectId: all[1]?.projectId,
      publicKey: '2'.repeat(32),
      isActive: true,
      rateLimit: { windowSeconds: 60, count: 60 },
    })
    expect(await source.byPublicKeys(['1'.repeat(32), WRONG_KEY])).toMatchObject([
      { rateLimit: null },
    ])
    await source.touch([newest!.id])
    const used = await sql<{ public_key: string }>(
      postgres.database,
      'select public_key from project_key where last_used_at is not null',
    )
    expect(used).toEqual([{ public_key: '2'.repeat(32) }])
  })

  test('a database that was never reached is unavailable', async () => {
    await postgres.database.destroy()
    const source = keysInDatabase(postgres.database)
    const cold = await ProjectKeys.open({ source, snapshotFile: join(folder, 'other.json') })
    expect(await cold.find(1, KEY)).toBe('unavailable')
    await cold.close()
  })
})

async function isActive(): Promise<boolean> {
  const found = await keys.find(1, KEY)
  if (typeof found === 'string') throw new Error(`the key is ${found}`)
  return found.isActive
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve))
}

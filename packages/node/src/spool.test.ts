import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { parseDsn } from '@mayday/protocol/dsn'
import { privateFolder } from './private-folder.ts'
import { envelopeOf, eventItem } from './sender.ts'
import { Spool } from './spool.ts'

const dsn = parseDsn('http://0123456789abcdef0123456789abcdef@127.0.0.1:9/1')
const DAY_MS = 24 * 60 * 60_000
const FIRST_MS = Date.now()

let directory: string
let lines: string[]
let drops: string[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayday-spool-'))
  lines = []
  drops = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = (where: string | false = directory) =>
  new Spool(dsn, where, {
    log: (line) => lines.push(line),
    drop: (reason, category) => drops.push(`${reason} ${category}`),
  })
const folder = () => privateFolder(dsn, directory) as string
const files = () => readdirSync(folder()).sort()
const idOf = (n: number) => n.toString(16).padStart(32, '0')
const envelope = (n: number, text = 'x') =>
  envelopeOf([eventItem(new TextEncoder().encode(JSON.stringify({ text })))], idOf(n))
const nameOf = (n: number) =>
  ({ eventId: idOf(n), category: 'error', storedAtMs: FIRST_MS + n }) as const
const store = (spool: Spool, n: number, isClaimed = false) =>
  spool.store(nameOf(n), envelope(n), isClaimed)
const idsOf = (taken: { eventId: string }[]) => taken.map(({ eventId }) => eventId)

test('what is stored is taken back, oldest first, by whoever comes later', async () => {
  const spool = open()
  for (const n of [3, 1, 2]) store(spool, n)
  const taken = await open().take(2)
  expect(idsOf(taken)).toEqual([idOf(1), idOf(2)])
  expect(new TextDecoder().decode(taken[0]?.items[0]?.payload)).toBe('{"text":"x"}')
  for (const { file } of taken) spool.remove(file)
  expect(files()).toHaveLength(1)
})

test('files can be read by their user alone, and no half-written one is left', () => {
  store(open(), 1)
  expect(files()).toEqual([expect.stringMatching(/\.envelope$/)])
  expect(statSync(join(folder(), files()[0] as string)).mode & 0o777).toBe(0o600)
})

test('two that take at the same time never get the same one', async () => {
  const spool = open()
  for (let n = 1; n <= 20; n++) store(spool, n)
  const taken = await Promise.all([open().take(20), open().take(20)])
  const ids = taken.flatMap(idsOf)
  expect(ids).toHaveLength(20)
  expect(new Set(ids).size).toBe(20)
})

test('what a living process is at work on is left to it, until it is released', async () => {
  const spool = open()
  const outcome = store(spool, 1, true) as { file: string }
  expect(await open().take(10)).toEqual([])
  spool.release(outcome.file)
  expect(idsOf(await open().take(10))).toEqual([idOf(1)])
})

test.each([
  ['a process that is no more', (claim: string) => claim.replace(`-${process.pid}-`, '-4194305-')],
  [
    'one before us that had our id, as in a container',
    (claim: string) =>
      claim.replace(
        /-\d{13}$/,
        `-${Date.now() - process.uptime() * 1000 - 60_000}`.split('.')[0] as string,
      ),
  ],
  [
    'a machine that has not been heard of for ten minutes',
    (claim: string) =>
      claim.replace(/\.[0-9a-f]{8}-\d+-\d{13}$/, `.00000000-1-${Date.now() - 601_000}`),
  ],
])('what was claimed by %s is taken back', async (_, change) => {
  const { file } = store(open(), 1, true) as { file: string }
  renameSync(join(folder(), file), join(folder(), change(file)))
  expect(idsOf(await open().take(10))).toEqual([idOf(1)])
})

test('what was claimed on another machine a moment ago is left to it', async () => {
  const { file } = store(open(), 1, true) as { file: string }
  renameSync(
    join(folder(), file),
    join(folder(), file.replace(/envelope\.[0-9a-f]{8}/, 'envelope.00000000')),
  )
  expect(await open().take(10)).toEqual([])
})

test('no more than 64 are kept, and the newest finds no room; a report still does', () => {
  const spool = open()
  for (let n = 1; n <= 64; n++) expect(store(spool, n)).toMatchObject({ file: expect.any(String) })
  expect(store(spool, 65)).toBe('full')
  const report = { eventId: idOf(66), category: 'internal', storedAtMs: Date.now() } as const
  expect(spool.store(report, envelope(66), false)).toMatchObject({ file: expect.any(String) })
  expect(files()).toHaveLength(65)
})

test('no more than 8 MiB are kept', () => {
  const spool = open()
  const big = (n: number) => spool.store(nameOf(n), new Uint8Array(3 * 1024 * 1024), false)
  expect([big(1), big(2), big(3)]).toEqual([expect.any(Object), expect.any(Object), 'full'])
})

test('what is older than a week is dropped, counted', async () => {
  const spool = open()
  spool.store({ ...nameOf(1), storedAtMs: Date.now() - 8 * DAY_MS }, envelope(1), false)
  store(spool, 2)
  expect(idsOf(await spool.take(10))).toEqual([idOf(2)])
  expect(drops).toEqual(['network_error error'])
  expect(files()).toHaveLength(1)
})

test('what was damaged, or is no file, is dropped, counted', async () => {
  const spool = open()
  const { file } = store(spool, 1) as { file: string }
  writeFileSync(join(folder(), file), '')
  const link = (store(spool, 2) as { file: string }).file
  rmSync(join(folder(), link))
  symlinkSync('/etc/passwd', join(folder(), link))
  expect(await spool.take(10)).toEqual([])
  expect(drops).toEqual(['invalid error', 'invalid error'])
  expect(files()).toEqual([])
})

test('files of others in the folder are left alone, and not counted', async () => {
  store(open(), 1)
  for (let n = 1; n <= 100; n++) writeFileSync(join(folder(), `journal-${n}`), 'x')
  expect(store(open(), 2)).toMatchObject({ file: expect.any(String) })
  expect(await open().take(10)).toHaveLength(2)
  expect(files()).toHaveLength(102)
})

test('a folder that was deleted is made again', async () => {
  const spool = open()
  const { file } = store(spool, 1, true) as { file: string }
  rmSync(folder(), { recursive: true })
  spool.release(file)
  spool.remove(file)
  expect(await spool.take(10)).toEqual([])
  expect(store(spool, 2)).toMatchObject({ file: expect.any(String) })
})

test('where nothing can be written one line says so, and nothing is tried for a while', () => {
  const file = join(directory, 'file')
  writeFileSync(file, '')
  const spool = open(join(file, 'below'))
  for (let n = 1; n <= 3; n++) expect(store(spool, n)).toBe('unavailable')
  expect(lines).toHaveLength(1)
})

test('switched off, it does nothing and says nothing', async () => {
  const spool = open(false)
  expect(store(spool, 1)).toBe('unavailable')
  expect(await spool.take(10)).toEqual([])
  expect(lines).toEqual([])
  expect(existsSync(directory)).toBe(true)
})

if (process.getuid?.() === 0) {
  process.stderr.write('spool: root may write to a read-only folder; not tested\n')
} else {
  test('from a read-only folder nothing is taken, since it would be sent for ever', async () => {
    store(open(), 1)
    chmodSync(folder(), 0o500)
    expect(await open().take(10)).toEqual([])
    chmodSync(folder(), 0o700)
  })
}

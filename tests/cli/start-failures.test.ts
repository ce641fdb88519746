import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { runMayday } from '../support/mayday.ts'
import { serverEnvironment } from '../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'mayday-test-'))
chmodSync(folder, 0o755)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Root may write anywhere, so as root these run as the user `nobody`. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

async function failedStart(env: Record<string, string>, as: { uid?: number; gid?: number } = {}) {
  const all = serverEnvironment(join(folder, 'data'), { PORT: '0', ...env })
  const { code, stdout, stderr } = await runMayday(['start'], all, { cwd: '/', ...as })
  expect(stderr.endsWith('\n')).toBe(true)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(code).toBe(1)
  return stderr
}

test.each([
  ['PORT', 'abc'],
  ['PORT', '70000'],
  ['MAYDAY_URL', 'mayday.example.com'],
  ['DATABASE_URL', 'mysql://localhost/x'],
  ['MAYDAY_ROLES', 'intake,web,cook'],
  ['MAYDAY_SECRET', 'short'],
  ['MAYDAY_ADMIN_EMAIL', 'nobody'],
  ['MAYDAY_ADMIN_PASSWORD', 'short'],
  ['MAYDAY_RETENTION_DAYS', '0'],
  ['MAYDAY_JOURNAL_MAX_MB', '1.5'],
])('a wrong %s ("%s") is named in one line', async (name, value) => {
  expect(await failedStart({ [name]: value })).toContain(name)
})

test('a port that is taken is named, with the setting that changes it', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as { port: number }
  expect(await failedStart({ PORT: String(port) })).toMatch(
    new RegExp(`port ${port} is in use by another program; set PORT`),
  )
  taken.close()
})

test('a host that is no address of this machine is named', async () => {
  expect(await failedStart({ HOST: '192.0.2.1' })).toContain('HOST is "192.0.2.1"')
})

test('a data folder that may not be written is named', async () => {
  const readOnly = join(folder, 'read-only')
  mkdirSync(readOnly)
  chmodSync(readOnly, 0o555)
  const line = await failedStart({ MAYDAY_DATA: readOnly }, NOBODY)
  expect(line).toContain(`cannot write to the data folder ${readOnly} (MAYDAY_DATA)`)
})

test('a data folder that is a file is named', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(await failedStart({ MAYDAY_DATA: file })).toContain(file)
})

test('a full disk is named', async () => {
  // Every write to /dev/full fails as on a full disk, but it is a file and no folder.
  expect(await failedStart({ MAYDAY_DATA: '/dev/full/data' })).toContain('MAYDAY_DATA')
})

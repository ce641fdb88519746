import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, symlinkSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import pg from 'pg'
import { childrenOf, commandOf, isAlive } from '../support/processes.ts'
import { ADMIN, type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'

let dataDir: string
const cleanUps: (() => unknown)[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'mayday-test-'))
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  rmSync(dataDir, { recursive: true, force: true })
})

async function start(options: Parameters<typeof startServer>[0] = {}): Promise<RunningServer> {
  const server = await startServer({ dataDir, ...options })
  cleanUps.push(() => server.stop())
  return server
}

const NO_ADMIN = { MAYDAY_ADMIN_EMAIL: undefined, MAYDAY_ADMIN_PASSWORD: undefined }

test('the first start prints address, sign-in link, DSN and lines to paste', async () => {
  const server = await start({ env: NO_ADMIN, prepare: false })
  await waitUntil(() => server.stdout.includes('Mayday.init'), 'all lines are printed')
  expect(server.stdout).toContain(`Mayday is running at ${server.url}\n`)
  expect(server.stdout).toMatch(/\/\/[0-9a-f]{32}@localhost:\d+\/1\n/)
  const [, link] = /sign-in#link=(\S+)/.exec(server.stdout) ?? []
  const signIn = () =>
    fetch(`${server.url}/api/0/auth/link/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ token: link }),
    })
  expect((await signIn()).status).toBeLessThan(300)
  expect((await signIn()).status).toBe(401)
})

test('with an owner in the settings there is no link, and the password opens the door', async () => {
  const server = await start()
  expect(server.stdout).not.toContain('sign-in#link')
  const answer = await fetch(`${server.url}/api/0/auth/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify(ADMIN),
  })
  expect(answer.status).toBe(200)
})

test('a second start keeps project, key and secret', async () => {
  const first = await start()
  const secret = statSync(join(dataDir, 'secret'))
  expect(secret.mode & 0o777).toBe(0o600)
  expect(await first.stop()).toBe(0)
  const second = await start({ port: first.port })
  expect(second.dsn).toBe(first.dsn)
  expect(statSync(join(dataDir, 'secret')).mtimeMs).toBe(secret.mtimeMs)
  expect(second.stderr).toBe('')
})

test('a second server on the folder is refused in one line that names the first', async () => {
  const first = await start()
  const reason = await start().catch((error: Error) => error.message)
  expect(reason).toContain(`mayday: ${dataDir} is in use by process ${first.pid}; stop that one`)
  expect((await fetch(`${first.url}/health/ready`)).status).toBe(200)
})

test('behind a public address commands show it and still reach the server', async () => {
  const server = await start({ env: { MAYDAY_URL: 'http://mayday.example.com/' }, prepare: false })
  await waitUntil(() => server.stdout.includes('Mayday.init'), 'all lines are printed')
  expect(server.stdout).toMatch(/ {2}http:\/\/[0-9a-f]{32}@mayday.example.com\/1\n/)
  const { code, stdout } = await server.mayday('send-event', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout).url).toMatch(/^http:\/\/mayday.example.com\/e\/[0-9a-f]{32}$/)
})

test('after kill -9 what was accepted is found by the next start', async () => {
  const first = await start()
  const sent = await first.mayday('send-event', '--dsn', first.dsn, '--json')
  const { eventId } = JSON.parse(sent.stdout)
  await first.kill9()
  const second = await start({ port: first.port })
  await untilStored(second, eventId)
})

test('a database that is away at the start is waited for, and no event is lost', async () => {
  const postgres = await startPostgres()
  const socket = join(dataDir, 'socket')
  const env = { DATABASE_URL: `postgres://mayday@localhost/mayday?host=${socket}` }
  symlinkSync(postgres.socketDir, socket)
  const first = await start({ env })
  await first.mayday('send-event', '--dsn', first.dsn)
  expect(await first.stop()).toBe(0)

  unlinkSync(socket)
  const second = await start({ env, port: first.port, prepare: false })
  expect(second.stdout).toContain('but the database (DATABASE_URL) cannot be used')
  expect((await fetch(`${second.url}/health/live`)).status).toBe(200)
  expect((await fetch(`${second.url}/health/ready`)).status).toBe(503)
  const sent = await second.mayday('send-event', '--dsn', first.dsn, '--json')
  expect(sent.code).toBe(0)

  symlinkSync(postgres.socketDir, socket)
  await untilStored({ ...second, token: first.token }, JSON.parse(sent.stdout).eventId)
  expect((await fetch(`${second.url}/health/ready`)).status).toBe(200)
})

test('five servers that start at once agree on the first rows', async () => {
  const { socketDir } = await startPostgres()
  const env = { DATABASE_URL: `postgres://mayday@localhost/mayday?host=${socketDir}` }
  const servers = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((name) =>
      start({ env, dataDir: join(dataDir, name), prepare: false }),
    ),
  )
  for (const server of servers) {
    await waitUntil(() => server.stdout.includes('Mayday.init'), 'it has greeted')
  }
  const client = new pg.Client({ connectionString: env.DATABASE_URL })
  await client.connect()
  const { rows } = await client.query(
    `select (select count(*) from organization) as organizations, (select count(*) from project) as
       projects, (select count(*) from project_key) as keys, (select count(*) from account) as accounts`,
  )
  await client.end()
  expect(rows).toEqual([{ organizations: '1', projects: '1', keys: '1', accounts: '1' }])
})

test('with --demo the shop fails beside the server, and ends with it even by kill -9', async () => {
  const server = await start({ parameters: ['--demo'], project: 'my-team/shop' })
  const { token, url } = server
  const headers = { authorization: `Bearer ${token}` }
  await waitUntil(async () => {
    const answer = await fetch(`${url}/api/0/projects/my-team/shop/issues/`, { headers })
    return ((await answer.json()) as unknown[]).length >= 5
  }, 'five issues are there')
  const shop = childrenOf(server.pid).find((pid) => commandOf(pid).includes('apps/demo/'))
  expect(isAlive(shop)).toBe(true)
  await server.kill9()
  await waitUntil(() => !isAlive(shop), 'the shop has ended')
})

test('a wrong database is no reason to wait: one line, exit code 1', async () => {
  const { socketDir } = await startPostgres()
  const env = { DATABASE_URL: `postgres://mayday@localhost/absent?host=${socketDir}` }
  const reason = await start({ env }).catch((error: Error) => error.message)
  expect(reason).toMatch(/mayday: the database .* database "absent" does not exist\n$/)
})

test('told to stop, it answers what is complete and ends with exit code 0', async () => {
  const server = await start()
  const { code } = await server.mayday('send-event', '--dsn', server.dsn)
  expect(code).toBe(0)
  const half = await sendHalf(server)
  cleanUps.push(() => half.destroy())
  expect(await server.stop()).toBe(0)
})

test('told to stop twice, it ends at once with exit code 1', async () => {
  const server = await start()
  const half = await sendHalf(server)
  cleanUps.push(() => half.destroy())
  const stopped = server.stop()
  await waitUntil(() => server.stdout.includes('Stopping'), 'it begins to stop')
  process.kill(server.pid, 'SIGTERM')
  expect(await stopped).toBe(1)
})

/** Headers and the beginning of a body that never comes to its end. */
async function sendHalf(server: RunningServer) {
  const { username, pathname } = new URL(server.dsn)
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  const path = `/api${pathname}/envelope/?sentry_key=${username}`
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"event_id"`,
  )
  socket.on('error', () => {
    // The server gives it up: that is the point.
  })
  return socket
}

async function untilStored(server: RunningServer, eventId: string): Promise<void> {
  const address = `${server.url}/api/0/organizations/acme/eventids/${eventId}/`
  const headers = { authorization: `Bearer ${server.token}` }
  await waitUntil(async () => (await fetch(address, { headers })).ok, `${eventId} is stored`)
}

async function startPostgres(): Promise<{ socketDir: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'mayday-test-'))
  const program = join(import.meta.dirname, '../support/postgres-owner.mjs')
  const child: ChildProcess = spawn(process.execPath, [program, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let stdout = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  cleanUps.push(async () => {
    child.stdin?.end()
    if (child.exitCode === null) await once(child, 'exit')
    rmSync(folder, { recursive: true, force: true })
  })
  await waitUntil(() => /^url /m.test(stdout), 'PostgreSQL is up')
  const url = new URL(/^url (.*)$/m.exec(stdout)?.[1] ?? '')
  return { socketDir: dirname(join(url.searchParams.get('host') ?? '', 'x')) }
}

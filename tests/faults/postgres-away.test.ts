import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import { compareBooks, NOTHING, whenDigested } from './books.ts'
import { connectionTo } from './embedded-database.ts'
import { Load } from './load.ts'

/** To try it quicker by hand. */
const AWAY_SECONDS = Number(process.env.MAYDAY_TEST_AWAY_SECONDS ?? 60)
/** Slow enough that the backlog of a minute is digested in seconds. */
const PACE = { senders: 8, pauseMs: 40 }
const PATIENCE_MS = 4 * 60_000

let folder: string
let server: RunningServer | undefined
let postgres: ChildProcess | undefined
let load: Load | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mayday-test-'))
})
afterEach(async () => {
  await load?.abandon()
  await server?.stop()
  await stopPostgres()
  rmSync(folder, { recursive: true, force: true })
})

test(
  'while PostgreSQL is stopped, every event gets its 200, even from a server started then',
  async () => {
    // The folder of the socket is another after every start; the address that the server knows stays.
    const link = join(folder, 'socket')
    const env = { DATABASE_URL: `postgres://mayday@localhost/mayday?host=${link}` }
    const dataDir = join(folder, 'server')
    await startPostgres(link)
    server = await startServer({ dataDir, env })
    load = new Load({ dsn: server.dsn, ...PACE })
    await load.acceptedMore(200)

    await stopPostgres()
    const backAt = Date.now() + AWAY_SECONDS * 1_000
    await sleep((AWAY_SECONDS / 2) * 1_000)
    expect(load).toMatchObject({ refused: [], unanswered: 0 })
    await server.kill9()
    server = await startServer({ dataDir, env, port: server.port, prepare: false })
    expect(server.stdout).toContain('It keeps trying.')
    await load.acceptedMore(200)
    await sleep(backAt - Date.now())
    await startPostgres(link)

    await load.acceptedMore(200)
    await load.stop()
    await whenDigested(server)
    expect(load.refused).toEqual([])
    expect(await compareBooks(load, connectionTo(folder))).toEqual(NOTHING)
  },
  PATIENCE_MS,
)

async function startPostgres(link: string): Promise<void> {
  const program = join(import.meta.dirname, '../support/postgres-owner.mjs')
  const child = spawn(process.execPath, [program, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  postgres = child
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  await waitUntil(() => /^url /m.test(stdout), 'PostgreSQL is up')
  rmSync(link, { force: true })
  symlinkSync(connectionTo(folder).host as string, link)
}

async function stopPostgres(): Promise<void> {
  if (!postgres || postgres.exitCode !== null) return
  const exited = once(postgres, 'exit')
  postgres.stdin?.end()
  await exited
}

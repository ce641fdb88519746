import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Connection } from '../../apps/server/dist/db/connection.js'
import { findEmbeddedPostgres } from '../../apps/server/dist/db/embedded-postgres.js'
import { fill } from './queries-fill.ts'
import { chooseQueries, measure, printTable } from './queries-run.ts'

const MAIN = resolve(import.meta.dirname, '../../apps/server/dist/main.js')
const USUAL_EVENTS = '1000000'
const START_TIMEOUT_MS = 60_000
const POLL_MS = 100

const { values } = parseArgs({ options: { events: { type: 'string', default: USUAL_EVENTS } } })
if (!/^[1-9]\d{2,8}$/.test(values.events)) {
  console.error(`--events is "${values.events}"; it must be a whole number of at least 100`)
  process.exit(1)
}
await run(Number(values.events))

/** Fills a database of its own and measures the pages of a server that runs on it. */
async function run(events: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mayday-queries-'))
  const port = await freePort()
  const env = {
    ...process.env,
    MAYDAY_DATA: dataDir,
    PORT: String(port),
    MAYDAY_ADMIN_EMAIL: 'bench@example.com',
    MAYDAY_ADMIN_PASSWORD: 'only-for-the-benchmark',
  }
  const base = `http://127.0.0.1:${port}`
  const server = spawn(process.execPath, [MAIN, 'start'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    await answers(server, `${base}/api/0/`)
    const projectId = Number(cli(env, ['project', 'create', 'bench/shop', '--json']).id)
    const scope = ['--scope', 'event:read', '--scope', 'project:read', '--scope', 'org:read']
    const token = String(cli(env, ['token', 'create', ...scope, '--json']).token)
    const { url } = await findEmbeddedPostgres(dataDir, () => {})
    const database = await Connection.open(url, 'mayday bench')
    const startedAtMs = performance.now()
    await fill(database, { events, projectId })
    const fillSeconds = Math.round((performance.now() - startedAtMs) / 1000)
    console.log(`Filled ${events.toLocaleString('en')} events in ${fillSeconds} s`)
    const queries = await chooseQueries(database)
    database.close()
    const timings = await measure(base, token, queries)
    printTable(timings)
    console.log(JSON.stringify({ bench: 'queries', events, fillSeconds, timings }))
  } finally {
    await stop(server)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function cli(env: NodeJS.ProcessEnv, words: string[]): Record<string, unknown> {
  return JSON.parse(execFileSync(process.execPath, [MAIN, ...words], { env, encoding: 'utf8' }))
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === 'string') throw new Error('No port was given')
  return address.port
}

async function answers(server: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS
  while (performance.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}`)
    try {
      await (await fetch(url)).arrayBuffer()
      return
    } catch {
      // Nobody listens yet.
      await sleep(POLL_MS)
    }
  }
  throw new Error(`The server did not answer within ${START_TIMEOUT_MS / 1000} s`)
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  await ended
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMayday } from './mayday.ts'
import { waitUntil } from './wait-until.ts'

export const ADMIN = { email: 'owner@example.com', password: 'correct horse battery' }
const ALL_SCOPES = ['org:admin', 'project:admin', 'project:releases', 'event:admin']

export type ServerOptions = {
  /** To start again on what an earlier server left. Absent: a new folder, removed by `stop`. */
  dataDir?: string
  /** To keep the address over a restart. Absent: any free one. */
  port?: number
  /** More settings; undefined takes one away. */
  env?: Record<string, string | undefined>
  /** The project of `dsn`. @default 'acme/shop-api' */
  project?: string
  /** Extra words behind `start`. */
  parameters?: string[]
  /**
   * False: do not wait for the database nor make project and token; `dsn` and `token` are empty.
   * For servers whose database is away.
   */
  prepare?: boolean
}

export type RunningServer = {
  url: string
  port: number
  dataDir: string
  dsn: string
  /** Of the web API, with every scope. */
  token: string
  pid: number
  /** What it has printed so far. */
  readonly stdout: string
  readonly stderr: string
  /** Runs a command of the CLI beside it. */
  mayday(...words: string[]): ReturnType<typeof runMayday>
  /** SIGTERM; gives the exit code. Removes a data folder that it made. */
  stop(): Promise<number | null>
  /** kill -9 of the server alone; the data folder stays. */
  kill9(): Promise<void>
}

/** Starts the built server as its users do, in a process of its own, with a project and a token. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { project = 'acme/shop-api', prepare = true } = options
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'mayday-test-'))
  const env = serverEnvironment(dataDir, { PORT: String(options.port ?? 0), ...options.env })
  const child = spawnServer(['start', ...(options.parameters ?? [])], env)
  const output = collectOutput(child)
  const url = await whenListening(child, output)
  const mayday = (...words: string[]) => runMayday(words, env)
  const server = {
    url,
    port: Number(new URL(url).port),
    dataDir,
    dsn: '',
    token: '',
    pid: child.pid as number,
    get stdout() {
      return output.stdout
    },
    get stderr() {
      return output.stderr
    },
    mayday,
    async stop() {
      const code = await end(child, 'SIGTERM')
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
      return code
    },
    async kill9() {
      await end(child, 'SIGKILL')
    },
  }
  if (!prepare) return server
  try {
    await waitUntil(async () => (await fetch(`${url}/health/ready`)).ok, 'the server is ready')
    server.dsn = (await createProject(mayday, project)).dsn
    const scopes = ALL_SCOPES.flatMap((scope) => ['--scope', scope])
    const organization = project.split('/')[0] ?? ''
    const made = await mayday(
      'token',
      'create',
      '--organization',
      organization,
      ...scopes,
      '--json',
    )
    server.token = JSON.parse(made.stdout).token
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** The environment of a server or command under test: nothing of the developer's own settings. */
export function serverEnvironment(
  dataDir: string,
  more: Record<string, string | undefined> = {},
): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    MAYDAY_DATA: dataDir,
    MAYDAY_ADMIN_EMAIL: ADMIN.email,
    MAYDAY_ADMIN_PASSWORD: ADMIN.password,
    ...more,
  }
}

async function createProject(mayday: RunningServer['mayday'], path: string) {
  const made = await mayday('project', 'create', path, '--platform', 'node', '--json')
  if (made.code !== 0) throw new Error(made.stderr)
  return JSON.parse(made.stdout) as { id: number; dsn: string }
}

function spawnServer(words: string[], env: Record<string, string | undefined>): ChildProcess {
  const program = join(import.meta.dirname, '../../apps/server/bin/mayday.mjs')
  return spawn(process.execPath, ['--enable-source-maps', program, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function collectOutput(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  return output
}

async function whenListening(
  child: ChildProcess,
  output: { stdout: string; stderr: string },
): Promise<string> {
  const running = /Mayday is running at (http:\/\/[^\s,]+)/
  await waitUntil(
    () => running.test(output.stdout) || child.exitCode !== null || child.signalCode !== null,
    'the server prints its address',
  )
  const url = running.exec(output.stdout)?.[1]
  if (url !== undefined) return url
  throw new Error(`The server ended:\n${output.stdout}${output.stderr}`)
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
  return child.exitCode
}

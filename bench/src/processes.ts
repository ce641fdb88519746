import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const PROGRAM = join(import.meta.dirname, '../../apps/server/dist/main.js')
const BASELINE = join(import.meta.dirname, 'baseline.js')
const SAMPLE_EVERY_MS = 200
const MEGABYTE = 1024 * 1024

export type Running = { child: ChildProcess; port: number; pid: number; stop(): Promise<void> }

export function startBaseline(): Promise<Running> {
  return run([BASELINE], process.env, /port (\d+)/)
}

export function startMayday(dataDir: string): Promise<Running> {
  return run(
    [PROGRAM, 'start'],
    environment(dataDir),
    /Mayday is running at http:\/\/[^\s:]+:(\d+)/,
  )
}

/** Of a project made for the run, by the same command that people use. */
export async function createProject(dataDir: string): Promise<URL> {
  const words = [PROGRAM, 'project', 'create', 'bench/shop', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    env: environment(dataDir),
  })
  return new URL((JSON.parse(stdout) as { dsn: string }).dsn)
}

export type Memory = { serverMb: number; postgresMb: number }

/** The highest memory of the server and of all its PostgreSQL processes until `stop` is called. */
export function watchMemory(serverPid: number, postgresPid: number) {
  const peak: Memory = { serverMb: 0, postgresMb: 0 }
  const sample = () => {
    peak.serverMb = Math.max(peak.serverMb, memory(serverPid, 'status', 'VmRSS') / MEGABYTE)
    // Proportional: shared buffers would be counted once for each process otherwise.
    const postgres = [postgresPid, ...childrenOf(postgresPid)]
    const bytes = postgres.reduce((sum, pid) => sum + memory(pid, 'smaps_rollup', 'Pss'), 0)
    peak.postgresMb = Math.max(peak.postgresMb, bytes / MEGABYTE)
  }
  const timer = setInterval(sample, SAMPLE_EVERY_MS)
  return {
    stop(): Memory {
      clearInterval(timer)
      sample()
      return peak
    },
  }
}

async function run(words: string[], env: NodeJS.ProcessEnv, ready: RegExp): Promise<Running> {
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const port = await new Promise<number>((resolve, reject) => {
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const match = ready.exec(output)
      if (match) resolve(Number(match[1]))
    })
    void ended.then(() => reject(new Error(`${words.join(' ')} ended before it listened`)))
  })
  return {
    child,
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Nothing of the developer's own settings. */
function environment(dataDir: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: process.env.HOME, MAYDAY_DATA: dataDir, PORT: '0' }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => parentOf(other) === pid)
}

function parentOf(pid: number): number | undefined {
  const stat = readProc(pid, 'stat')
  // The name of the program, in brackets, may hold blanks.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** In bytes; 0 for a process that has gone. */
function memory(pid: number, file: string, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readProc(pid, file))
  return Number(match?.[1] ?? 0) * 1024
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // It has ended since it was listed.
    return ''
  }
}

import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { loadAdapter } from './sdk-adapter.ts'
import type { SinkCounts } from './sdk-sink.ts'

const PROGRAM_TIMEOUT_MS = 40_000

/** A program that was started and answers by IPC. */
export type Asked = {
  ready: Record<string, unknown>
  ask(question: string): Promise<unknown>
  stop(): Promise<void>
}

export type Sink = {
  port: number
  /** Counts since the last time. */
  take(): Promise<SinkCounts>
  /** Why this SDK cannot be pointed at the sink, if so. */
  refusalOf(name: string): string | undefined
  stop(): Promise<void>
}

export async function startSink(): Promise<Sink> {
  const { ready, ask, stop } = await startAsked('sdk-sink.js', [])
  return {
    port: Number(ready.port),
    take: async () => (await ask('take')) as SinkCounts,
    refusalOf: (name) =>
      name !== 'bare' && loadAdapter(name).needsPort80 && !ready.hasPort80
        ? 'ignores the port of its endpoint, and port 80 cannot be had here'
        : undefined,
    stop,
  }
}

/** Starts one of this folder's programs; it says something by IPC when it is ready. */
export async function startAsked(
  file: string,
  words: string[],
  { env = {}, execArgv = [] }: { env?: Record<string, string>; execArgv?: string[] } = {},
): Promise<Asked> {
  const child = fork(join(import.meta.dirname, file), words, {
    env: { ...cleanEnvironment(), ...env },
    execArgv,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const ended = once(child, 'exit')
  const ready = (await answerOf(child, file)) as Record<string, unknown>
  return {
    ready,
    ask: (question) => {
      child.send(question)
      return answerOf(child, file)
    },
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * Runs a program to its end, and gives what it printed as JSON on its last line.
 * @throws Error with the reason when it printed nothing, or took too long
 */
export function runProgram(
  file: string,
  words: string[],
  env: Record<string, string> = {},
  timeoutMs: number = PROGRAM_TIMEOUT_MS,
): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const options = {
      env: { ...cleanEnvironment(), ...env },
      timeout: timeoutMs,
      killSignal: 'SIGKILL' as const,
    }
    execFile(process.execPath, [file, ...words], options, (error, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? ''
      if (line.startsWith('{')) resolve(JSON.parse(line) as Record<string, number>)
      else if (error?.killed) reject(new Error(`not done after ${timeoutMs / 1000} s`))
      else reject(new Error(firstLine(stderr) || error?.message || 'it printed nothing'))
    })
  })
}

/** Nothing of the developer's own settings, and what a program in production has. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' }
}

async function answerOf(child: ChildProcess, file: string): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`${file} ended`))
    child.once('exit', fail)
    child.once('message', (message) => {
      child.off('exit', fail)
      resolve(message)
    })
  })
}

function firstLine(text: string): string | undefined {
  return text.split('\n').find((line) => /error/i.test(line))
}

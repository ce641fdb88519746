import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitUntil } from './wait-until.ts'

export type FrameworkApp = {
  url: string
  /** What it has written to stdout so far. */
  stdout(): string
  stderr(): string
  stop(): Promise<void>
}

/** Runs a program that serves, and writes `PORT <number>`, or its address, to stdout when it does. */
export async function startApp(
  words: string[],
  env: Record<string, string> = {},
  cwd?: string,
): Promise<FrameworkApp> {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const child = spawn(process.execPath, words, {
    env: { ...inherited, NODE_ENV: 'production', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    written.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    written.stderr += chunk
  })
  const closed = once(child, 'close')
  let hasEnded = false
  void closed.then(() => {
    hasEnded = true
  })
  const portOf = () => /(?:^PORT |http:\/\/127\.0\.0\.1:)(\d+)$/m.exec(written.stdout)?.[1]
  await waitUntil(() => hasEnded || portOf() !== undefined, `${words[0]} serves`)
  if (hasEnded) throw new Error(`${words.join(' ')} has ended: ${written.stderr}`)
  return {
    url: `http://127.0.0.1:${portOf()}`,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    stop: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}

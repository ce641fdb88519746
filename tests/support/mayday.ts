import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const PROGRAM = join(import.meta.dirname, '../../apps/server/bin/mayday.mjs')

export type Finished = { code: number | null; stdout: string; stderr: string }

/** Runs one command of the built CLI to its end. */
export async function runMayday(
  words: string[],
  env: Record<string, string | undefined>,
  options: { uid?: number; gid?: number; cwd?: string } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code))
  })
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { code, stdout, stderr }
}

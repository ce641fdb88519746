import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export type ProgramResult = {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  elapsedMs: number
}

export type ProgramOptions = {
  env?: Record<string, string>
  nodeArgs?: string[]
  /** `mjs` runs the source as an ES module. */
  extension?: 'cjs' | 'mjs'
}

export const BUILT_CJS: string = resolve(import.meta.dirname, '../../dist/index.cjs')
export const BUILT_ESM: string = resolve(import.meta.dirname, '../../dist/index.mjs')

/** Runs a source text as a program of its own, as a user's program would run. */
export async function runProgram(
  source: string,
  { env = {}, nodeArgs = [], extension = 'cjs' }: ProgramOptions = {},
): Promise<ProgramResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mayday-program-'))
  const file = join(folder, `program.${extension}`)
  writeFileSync(file, source)
  const startedAt = performance.now()
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const child = spawn(process.execPath, [...nodeArgs, file], {
    cwd: folder,
    // What the SDK keeps on disk goes with the folder, unless the test wants to see it.
    env: { ...inherited, NODE_ENV: 'production', TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
      (done, fail) => {
        child.on('error', fail)
        child.on('close', (code, signal) => done([code, signal]))
      },
    )
    return { code, signal, stdout, stderr, elapsedMs: performance.now() - startedAt }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILT_CJS, type ProgramOptions, type ProgramResult, runProgram } from './run-program.ts'
import type { Sink } from './sink.ts'

/** Programs that share one folder of the SDK's, as starts of one app do. */
export type DyingPrograms = {
  /** Runs a program that has called `init`. */
  run(body: string, options?: ProgramOptions & { init?: string }): Promise<ProgramResult>
  /** The same without the SDK. */
  runBare(body: string, options?: ProgramOptions): Promise<ProgramResult>
  /** The next start of the app, which ends when it has looked at what was left. */
  runNext(options?: ProgramOptions & { init?: string }): Promise<ProgramResult>
  /** What there is in the SDK's folder. */
  files(): string[]
  /** Path of the SDK's folder. */
  folder(): string
  spool: string
  remove(): void
}

/** A server that asks itself for `path` and answers by `handler`. */
export function serving(path: string, handler: string): string {
  return `
    const http = require('node:http')
    const server = http.createServer((req, res) => { ${handler} })
    server.listen(0, '127.0.0.1', () => {
      http.get({ port: server.address().port, path: ${JSON.stringify(path)}, agent: false }, (res) => {
        res.resume()
        res.on('end', () => process.emit('answered'))
      }).on('error', () => undefined)
    })`
}

export function dyingPrograms(sink: Sink): DyingPrograms {
  const spool = mkdtempSync(join(tmpdir(), 'mayday-deaths-'))
  const own = () =>
    join(spool, readdirSync(spool).find((name) => name.startsWith('mayday-')) ?? '.')
  const run: DyingPrograms['run'] = (body, { init = '', ...options } = {}) =>
    runProgram(
      `const Mayday = require(${JSON.stringify(BUILT_CJS)})
       Mayday.init({ dsn: process.env.DSN, spoolDirectory: process.env.SPOOL, ${init} })
       ${body}`,
      { ...options, env: { DSN: sink.dsn, SPOOL: spool, ...options.env } },
    )
  return {
    run,
    runBare: (body, options) => runProgram(`\n\n       ${body}`, options),
    // Timers fire in order, and what the look has begun is waited for as the program ends.
    runNext: (options) => run('setTimeout(() => undefined, 50)', options),
    files: () => readdirSync(own()).filter((name) => !name.startsWith('mayday-')),
    folder: own,
    spool,
    remove: () => rmSync(spool, { recursive: true, force: true }),
  }
}

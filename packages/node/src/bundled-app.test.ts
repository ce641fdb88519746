import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { BUILT_CJS, runProgram } from './test-support/run-program.ts'
import { startSink } from './test-support/sink.ts'

const folder = mkdtempSync(join(tmpdir(), 'mayday-bundle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const FOR_BUNDLERS = resolve(import.meta.dirname, '../dist/index.bundled.mjs')
const BUNDLER = resolve(import.meta.dirname, '../../../node_modules/rolldown/bin/cli.mjs')

/** App and SDK as one file of CommonJS, as people deploy it. */
function bundle(source: string, minify: boolean): string {
  const input = join(folder, 'app.mjs')
  const output = join(folder, 'app.cjs')
  writeFileSync(input, source)
  const flags = ['--format', 'cjs', '--platform', 'node', ...(minify ? ['--minify'] : [])]
  execFileSync(process.execPath, [BUNDLER, input, '--file', output, ...flags], { stdio: 'pipe' })
  return readFileSync(output, 'utf8')
}

test.each([false, true])(
  'frames of an app that was bundled with the SDK are in-app (minified: %s)',
  async (minify) => {
    const sink = await startSink()
    try {
      const code = bundle(
        `import * as Mayday from ${JSON.stringify(FOR_BUNDLERS)}
      Mayday.init({ dsn: ${JSON.stringify(sink.dsn)} })
      function sell() { throw new TypeError('sold out') }
      try { sell() } catch (error) { Mayday.captureException(error) }`,
        minify,
      )
      await runProgram(code)
      const [event] = await sink.waitForEvents(1)
      const frames = event?.exception?.values[0]?.stacktrace?.frames ?? []
      expect(frames.at(-1)).toMatchObject({ filename: 'program.cjs', in_app: true })
      expect(frames.at(-1)?.context_line).toContain('sold out')
    } finally {
      await sink.close()
    }
  },
)

test('the SDK in a folder of its own is not in-app', async () => {
  const sink = await startSink()
  try {
    await runProgram(`const Mayday = require(${JSON.stringify(BUILT_CJS)})
      Mayday.init({ dsn: ${JSON.stringify(sink.dsn)} })
      Mayday.withScope(() => Mayday.captureException(new Error('inside')))`)
    const [event] = await sink.waitForEvents(1)
    const frames = event?.exception?.values[0]?.stacktrace?.frames ?? []
    const own = frames.filter((frame) => frame.abs_path?.endsWith('index.cjs'))
    expect(own.length).toBeGreaterThan(0)
    expect(own.every((frame) => frame.in_app === false)).toBe(true)
  } finally {
    await sink.close()
  }
})

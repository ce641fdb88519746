import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { EventPayload, Frame } from '@mayday/protocol/event'
import { addSourceContext, addSourceContextNow } from './source-context.ts'
import { lookUp } from './source-map.ts'

const BUNDLER = resolve(import.meta.dirname, '../../../node_modules/rolldown/bin/cli.mjs')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mayday-map-')))
/** Below the working folder, as the sources of an app are. */
const inApp = mkdtempSync(join(process.cwd(), 'dist-map-'))
afterAll(() => {
  for (const path of [folder, inApp]) rmSync(path, { recursive: true, force: true })
})

let files = 0
function built(code: string, map?: object | string, at = folder): string {
  const path = join(at, `built-${files++}.js`)
  writeFileSync(path, code)
  if (map) writeFileSync(`${path}.map`, typeof map === 'string' ? map : JSON.stringify(map))
  return path
}

/** Line 1, column 1 of the built file came from line 3, column 5 of the source. */
const mapOf = (rest: object) => ({ version: 3, names: [], mappings: 'AAEI', ...rest })
const CONTENT = 'one\ntwo\nif (sold) throw sold\nfour'

const ways: [string, (event: EventPayload) => Promise<void>][] = [
  ['waiting', addSourceContext],
  ['at once', async (event) => addSourceContextNow(event)],
]

async function explain(frame: Frame, add = addSourceContext): Promise<[Frame, EventPayload]> {
  const event = { exception: { values: [{ stacktrace: { frames: [frame] } }] } } as EventPayload
  await add(event)
  return [frame, event]
}

const frameAt = (abs_path: string, lineno = 1, colno = 1): Frame => ({
  ...{ abs_path, filename: abs_path, lineno, colno, in_app: true },
})

describe.each(ways)('a source map, read %s', (_, add) => {
  test('beside the file gives the original position and its lines', async () => {
    const path = built('x', mapOf({ sources: ['../src/shop.ts'], sourcesContent: [CONTENT] }))
    const [frame] = await explain(frameAt(path), add)
    expect(frame).toMatchObject({
      abs_path: resolve(folder, '../src/shop.ts'),
      lineno: 3,
      colno: 5,
      pre_context: ['one', 'two'],
      context_line: 'if (sold) throw sold',
      post_context: ['four'],
      in_app: true,
      data: { sourcemap: `${path}.map`, orig_filename: path, orig_lineno: 1, orig_colno: 1 },
    })
  })

  test('in the comment is read, too', async () => {
    const map = JSON.stringify(mapOf({ sources: ['a.ts'], sourcesContent: [CONTENT] }))
    const url = `data:application/json;charset=utf-8;base64,${Buffer.from(map).toString('base64')}`
    const [frame] = await explain(frameAt(built(`x\n//# sourceMappingURL=${url}\n`)), add)
    expect(frame).toMatchObject({ lineno: 3, context_line: 'if (sold) throw sold' })
  })

  test('of a dependency makes the frame no part of the app', async () => {
    const map = mapOf({ sources: ['../node_modules/pay/index.ts'], sourcesContent: [CONTENT] })
    const [frame] = await explain(frameAt(built('x', map)), add)
    expect(frame).toMatchObject({ in_app: false, lineno: 3 })
    expect(frame).not.toHaveProperty('context_line')
  })

  test('that names a source of the app shows its lines', async () => {
    mkdirSync(join(inApp, 'src'), { recursive: true })
    writeFileSync(join(inApp, 'src/shop.ts'), CONTENT)
    const [frame] = await explain(
      frameAt(built('x', mapOf({ sources: ['src/shop.ts'] }), inApp)),
      add,
    )
    expect(frame.context_line).toBe('if (sold) throw sold')
  })

  test.each([
    ['/etc/passwd'],
    ['../../../../../../../etc/passwd'],
    ['file:///etc/passwd'],
    [join(folder, 'secret.ts')],
    [`${process.cwd()}/package.json`],
  ])('cannot make other files be shown: %s', async (source) => {
    writeFileSync(join(folder, 'secret.ts'), CONTENT)
    const [frame] = await explain(frameAt(built('x', mapOf({ sources: [source] }))), add)
    expect(frame.lineno).toBe(3)
    expect(frame).not.toHaveProperty('context_line')
  })

  test.each([
    ['no JSON', '{'],
    ['other JSON', 'null'],
    ['lists of the wrong type', JSON.stringify({ mappings: 7, sources: {} })],
    ['a source that is missing', JSON.stringify(mapOf({ sources: [] }))],
    ['endless numbers', JSON.stringify({ mappings: 'g'.repeat(90_000), sources: ['a'] })],
    ['sections of nothing', JSON.stringify({ sections: [null, {}] })],
  ])('that is broken changes nothing: %s', async (_name, map) => {
    const [frame] = await explain(frameAt(built('the line', map)), add)
    expect(frame).toMatchObject({ lineno: 1, colno: 1, context_line: 'the line' })
  })
})

test.each([['http://127.0.0.1:9/a.js.map'], ['//127.0.0.1/a.js.map'], ['/etc/passwd']])(
  'a URL out of the file system, or of no map, is not followed: %s',
  async (url) => {
    const [frame] = await explain(frameAt(built(`x\n//# sourceMappingURL=${url}\n`)))
    expect(frame).toMatchObject({ lineno: 1, context_line: 'x' })
  },
)

test('a large map is looked up in a thread, and left out when there is no time to wait', async () => {
  const padding = 'p'.repeat(400 * 1024)
  const map = mapOf({ sources: ['a.ts'], sourcesContent: [CONTENT], padding })
  const [now] = await explain(frameAt(built('x', map)), async (event) => addSourceContextNow(event))
  expect(now.lineno).toBe(1)
  const [later] = await explain(frameAt(built('x', map)))
  expect(later).toMatchObject({ lineno: 3, context_line: 'if (sold) throw sold' })
})

test('the debug id of a built file is told', async () => {
  const id = '0f4a2c7e-1111-4222-8333-444455556666'
  const path = built(`x\n//# debugId=${id}\n`)
  const [, event] = await explain(frameAt(path))
  expect(event.debug_meta).toEqual({
    images: [{ type: 'sourcemap', code_file: path, debug_id: id }],
  })
})

test('maps in sections are looked up in the last section before the position', () => {
  const section = (line: number, source: string) => ({
    offset: { line, column: 0 },
    map: mapOf({ sources: [source] }),
  })
  const map = { version: 3, sections: [section(0, 'a.ts'), section(4, 'b.ts')] }
  const [one, other] = lookUp(Buffer.from(JSON.stringify(map)), [
    { line: 1, column: 9 },
    { line: 5, column: 9 },
  ])
  expect([one?.source, other?.source]).toEqual(['a.ts', 'b.ts'])
})

test('positions of a real bundle lead to their sources', () => {
  const source =
    'export function sell(price: number) {\n  throw new Error(String(price))\n}\nsell(1)\n'
  writeFileSync(join(folder, 'sell.ts'), source)
  const output = join(folder, 'sell.cjs')
  const args = [join(folder, 'sell.ts'), '--file', output, '--format', 'cjs', '--minify']
  execFileSync(process.execPath, [BUNDLER, ...args, '--sourcemap'], { stdio: 'pipe' })
  const lines = readFileSync(output, 'utf8').split('\n')
  const line = lines.findIndex((text) => text.includes('throw')) + 1
  const column = (lines[line - 1] ?? '').indexOf('throw') + 1
  const [found] = lookUp(readFileSync(`${output}.map`), [{ line, column }])
  expect(found).toMatchObject({ source: 'sell.ts', line: 2, column: 3 })
  expect(found?.around?.line).toBe('  throw new Error(String(price))')
})

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { EventPayload, Frame } from '@mayday/protocol/event'
import { addSourceContext, addSourceContextNow } from './source-context.ts'

const folder = mkdtempSync(join(tmpdir(), 'mayday-source-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function fileWith(text: string): string {
  const path = join(folder, `file-${files++}.js`)
  writeFileSync(path, text)
  return path
}

const eventAt = (frame: Frame) =>
  ({ exception: { values: [{ stacktrace: { frames: [frame] } }] } }) as EventPayload

describe.each([
  ['waiting', addSourceContext],
  ['at once', async (event: EventPayload) => addSourceContextNow(event)],
])('read %s', (_, read) => {
  async function context(path: string, lineno: number, colno = 1, in_app = true): Promise<Frame> {
    const frame: Frame = { abs_path: path, lineno, colno, in_app }
    await read(eventAt(frame))
    return frame
  }

  test('the line stands between five before and five after it', async () => {
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n + 1}`)
    expect(await context(fileWith(lines.join('\r\n')), 10)).toMatchObject({
      pre_context: ['line 5', 'line 6', 'line 7', 'line 8', 'line 9'],
      context_line: 'line 10',
      post_context: ['line 11', 'line 12', 'line 13', 'line 14', 'line 15'],
    })
  })

  test('of a long line the part around the column is shown', async () => {
    const line = `${'a'.repeat(5000)}HERE${'b'.repeat(5000)}`
    const { context_line } = await context(fileWith(line), 1, 5001)
    expect(context_line).toContain('HERE')
    expect(context_line?.length).toBeLessThan(150)
  })

  test('secrets in literals are not shown', async () => {
    const path = fileWith(`const url = 'mysql://root:hunter2@db/shop'`)
    expect((await context(path, 1)).context_line).toBe(`const url = 'mysql://[Filtered]@db/shop'`)
  })

  test('a file that is missing, too large, no file, or not of the app gives nothing', async () => {
    const pipe = join(folder, `pipe-${files++}`)
    execFileSync('mkfifo', [pipe])
    for (const frame of [
      await context(join(folder, 'missing.js'), 1),
      await context(fileWith('x'.repeat(50 * 1024 * 1024)), 1),
      await context(pipe, 1),
      await context('/dev/zero', 1),
      await context(folder, 1),
      await context(fileWith('one line'), 99),
      await context(fileWith('one line'), 1, 1, false),
    ]) {
      expect(frame).not.toHaveProperty('context_line')
    }
  })
})

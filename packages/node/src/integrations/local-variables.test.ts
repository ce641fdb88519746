import { expect, test } from '@jest/globals'
import type { Frame } from '@mayday/protocol/event'
import { BUILT_CJS, runProgram } from '../test-support/run-program.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

/** Runs the rest when the SDK has said whether the other thread watches. */
const WHEN_READY = `
  let toRun
  const alive = setInterval(() => {}, 1000)
  const ready = (run) => {
    toRun = () => { clearInterval(alive); setImmediate(run) }
    if (!isAsked || isSaid) toRun()
  }
  let isSaid = false
  const write = process.stderr.write
  process.stderr.write = function (text, ...rest) {
    if (text.includes('local variables are')) { isSaid = true; toRun?.() }
    return write.call(this, text, ...rest)
  }`

async function framesOf(
  source: string,
  options = 'includeLocalVariables: true,',
  nodeArgs: string[] = [],
) {
  const sink: Sink = await startSink()
  try {
    const { code, stderr } = await runProgram(
      `const Mayday = require(${JSON.stringify(BUILT_CJS)})
      const isAsked = ${options !== ''}
      ${WHEN_READY}
      Mayday.init({ ${options} debug: true, dsn: ${JSON.stringify(sink.dsn)} })
      ${source}`,
      { nodeArgs },
    )
    const [event] = await sink.waitForEvents(1)
    const frames: Frame[] = event?.exception?.values.at(-1)?.stacktrace?.frames ?? []
    return {
      code,
      stderr,
      frames,
      named: (name: string) => frames.find((frame) => frame.function === name),
    }
  } finally {
    await sink.close()
  }
}

const SELL = `
  function sell(price, password) {
    const order = { id: 7, token: 'abc', get total() { process.exit(9) } }
    for (const item of ['tea']) { let big = 'x'.repeat(1e6); throw new Error('sold out') }
  }
  function shop() { const count = 2n; sell(3, 'hunter2') }`

test('variables of the frames of an uncaught exception are told, without secrets', async () => {
  const { code, stderr, named } = await framesOf(`${SELL}; ready(() => shop())`)
  expect(code).toBe(1)
  expect(stderr).not.toContain('for the debugger')
  expect(named('sell')?.vars).toMatchObject({
    price: 3,
    password: '[Filtered]',
    order: { id: 7, token: '[Filtered]', total: '[Getter]' },
    item: 'tea',
    big: expect.stringMatching(/^x{499}…$/),
  })
  expect(named('shop')?.vars).toEqual({ count: '2n' })
})

test('variables of an unhandled rejection are told', async () => {
  const { code, named } = await framesOf(`${SELL}; ready(async () => shop())`)
  expect(code).toBe(1)
  expect(named('sell')?.vars).toMatchObject({ price: 3 })
})

test.each([
  ['without the option', '', []],
  ['while a debugger is attached', 'includeLocalVariables: true,', ['--inspect=127.0.0.1:0']],
])('%s there are none', async (_, options, nodeArgs) => {
  const { frames } = await framesOf(`${SELL}; ready(() => shop())`, options, nodeArgs)
  expect(frames.length).toBeGreaterThan(0)
  expect(frames.every((frame) => frame.vars === undefined)).toBe(true)
})

test.each([
  ['has nothing more to do', '', 0],
  ['exits', 'setTimeout(() => process.exit(3), 300)', 3],
])('a process that %s ends as it would without', async (_, source, expected) => {
  const { code, stderr } = await runProgram(
    `require(${JSON.stringify(BUILT_CJS)}).init({
      includeLocalVariables: true, dsn: 'http://0123456789abcdef0123456789abcdef@127.0.0.1:1/7' })
    ${source}`,
  )
  expect({ code, stderr }).toEqual({ code: expected, stderr: '' })
})

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { BUILT_CJS, runProgram } from './test-support/run-program.ts'
import { type Sink, startSink } from './test-support/sink.ts'

// Each test starts a program of its own, with threads.
jest.setTimeout(60_000)

let sink: Sink
beforeEach(async () => {
  sink = await startSink()
})
afterEach(() => sink.close())

/** One file that is both the program and its threads. */
function threads(worker: string, { inParent = true, inWorker = true, parent = '' } = {}) {
  const source = (withSdk: boolean) =>
    `const { isMainThread, Worker } = require('node:worker_threads')
     const init = ${withSdk ? `() => require(${JSON.stringify(BUILT_CJS)}).init({ dsn: process.env.DSN })` : '() => undefined'}
     if (isMainThread) {
       if (${inParent}) init()
       const start = () => new Worker(__filename)
       ${parent || 'start()'}
     } else {
       if (${inWorker}) init()
       const Mayday = ${withSdk ? `require(${JSON.stringify(BUILT_CJS)})` : '{ captureException() {} }'}
       ${worker}
     }`
  const run = (withSdk: boolean) => runProgram(source(withSdk), { env: { DSN: sink.dsn } })
  return { run: () => run(true), runBare: () => run(false) }
}

/** By which of its ways Node has passed the error on to the parent is a matter of chance. */
const neutral = (text: string) =>
  text.replace(/mayday-program-\w+/g, 'FOLDER').replace(/^ {4}at .*\(node:internal.*\n/gm, '')
const crash = `setTimeout(() => { throw new TypeError('in a thread') }, 20)`

describe('a thread that crashes its parent', () => {
  test.each([
    ['the parent alone has the SDK', { inWorker: false }],
    ['the thread alone has it', { inParent: false }],
    ['both have it', {}],
  ])('is one event when %s, and Node ends as without', async (_, options) => {
    const { run, runBare } = threads(crash, options)
    const bare = await runBare()
    const reported = await run()
    expect(reported.code).toBe(bare.code)
    expect(neutral(reported.stderr)).toBe(neutral(bare.stderr))
    expect(sink.events().map((event) => event.exception?.values)).toMatchObject([
      [{ type: 'TypeError', value: 'in a thread' }],
    ])
  })

  test('and whose error the parent captures itself, is one event of that id', async () => {
    const parent = `start().on('error', (error) => console.log(require(${JSON.stringify(BUILT_CJS)}).captureException(error)))`
    const { code, stdout } = await threads(crash, { parent }).run()
    expect(code).toBe(0)
    expect(sink.events().map(({ event_id }) => `${event_id}\n`)).toEqual([stdout])
  })
})

test('what a thread captured before process.exit is sent', async () => {
  const { run, runBare } = threads(
    `Mayday.captureException(new Error('last words of a thread')); process.exit(4)`,
  )
  const bare = await runBare()
  expect((await run()).code).toBe(bare.code)
  expect(sink.events()).toMatchObject([
    { exception: { values: [{ value: 'last words of a thread' }] } },
  ])
})

test('fifty threads send fifty events, each once', async () => {
  const { run } = threads(
    `Mayday.captureException(new Error('of ' + require('node:worker_threads').threadId))`,
    {
      parent: `for (let i = 0; i < 50; i++) start()`,
    },
  )
  expect((await run()).code).toBe(0)
  const values = sink.events().map((event) => event.exception?.values[0]?.value)
  expect(values).toHaveLength(50)
  expect(new Set(values).size).toBe(50)
})

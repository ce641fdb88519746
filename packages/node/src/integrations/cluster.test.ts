import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type DyingPrograms, dyingPrograms } from '../test-support/dying-programs.ts'
import { BUILT_CJS, runProgram } from '../test-support/run-program.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

// Each test starts programs of its own, with children.
jest.setTimeout(60_000)

let sink: Sink
let programs: DyingPrograms
beforeEach(async () => {
  sink = await startSink()
  programs = dyingPrograms(sink)
})
afterEach(async () => {
  programs.remove()
  await sink.close()
})

const INIT = `require(${JSON.stringify(BUILT_CJS)}).init({ dsn: process.env.DSN, spoolDirectory: process.env.SPOOL })`

/** A primary that ends when its workers have: what the SDK does then is waited for. */
function cluster(worker: string, { workers = 1, inWorker = INIT, inPrimary = INIT } = {}) {
  return runProgram(
    `const cluster = require('node:cluster')
     if (cluster.isPrimary) {
       ${inPrimary}
       setTimeout(() => { for (let i = 0; i < ${workers}; i++) cluster.fork() }, 20)
       cluster.on('exit', (_, code, signal) => console.log(code, signal))
     } else {
       ${inWorker}
       setTimeout(() => { ${worker} }, 100)
     }`,
    { env: { DSN: sink.dsn, SPOOL: programs.spool } },
  )
}

const KILL = `process.kill(process.pid, 'SIGKILL')`

describe('a worker of a cluster', () => {
  test('that is killed is told by the primary at once, with what the worker left', async () => {
    await cluster(KILL)
    expect(sink.events()).toMatchObject([
      {
        level: 'error',
        exception: { values: [{ type: 'ProcessKilled', mechanism: { type: 'killed' } }] },
        contexts: { process_end: { signal: 'SIGKILL', last_sign_of_life: expect.any(String) } },
      },
    ])
    expect(programs.files()).toEqual([])
  })

  test('that aborts is a native crash', async () => {
    await cluster('process.abort()')
    expect(sink.events()).toMatchObject([
      { level: 'fatal', exception: { values: [{ type: 'NativeCrash' }] } },
    ])
  })

  test('that has no SDK is told by its exit code or signal', async () => {
    await cluster(`throw new Error('x')`, { inWorker: '' })
    await cluster(KILL, { inWorker: '' })
    expect(sink.events()).toMatchObject([
      { exception: { values: [{ type: 'WorkerExit', value: expect.stringContaining('code 1') }] } },
      { exception: { values: [{ type: 'ProcessKilled' }] } },
    ])
  })

  test.each([
    ['ends by itself', 'process.exit(0)'],
    ['ends with a code of its own', 'process.exit(3)'],
    ['is ended by SIGTERM', `process.kill(process.pid, 'SIGTERM')`],
    ['is disconnected', `process.disconnect(); process.exit(0)`],
  ])('that %s is no event, and leaves nothing', async (_, deed) => {
    await cluster(deed)
    expect(sink.events()).toEqual([])
    expect(programs.files()).toEqual([])
  })

  test('eight that throw are eight events, each from its own process', async () => {
    const { stdout } = await cluster(`throw new Error('own ' + process.pid)`, { workers: 8 })
    expect(stdout).toBe('1 null\n'.repeat(8))
    const values = sink.events().map((event) => event.exception?.values[0]?.value)
    expect(values).toHaveLength(8)
    expect(new Set(values).size).toBe(8)
    expect(programs.files()).toEqual([])
  })
})

test('eight forked children have a queue each, and leave nothing', async () => {
  const { code } = await programs.run(
    `if (process.argv[2] !== 'child') {
       for (let i = 0; i < 8; i++) require('node:child_process').fork(__filename, ['child'])
     } else {
       setTimeout(() => { Mayday.captureException(new Error('of ' + process.pid)); process.exit(0) }, 50)
     }`,
  )
  expect(code).toBe(0)
  expect(new Set(sink.events().map((event) => event.exception?.values[0]?.value)).size).toBe(8)
  expect(sink.events()).toHaveLength(8)
  expect(programs.files()).toEqual([])
})

import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { type DyingPrograms, dyingPrograms, serving } from '../test-support/dying-programs.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

// Each test starts programs of its own, which stand still for more than a second.
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

const busy = (ms: number) => `{ const end = Date.now() + ${ms}; while (Date.now() < end); }`
const wait = (ms: number) => `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms});`
/** Ends after the next two turns of the watch. */
const end = `setTimeout(() => process.exit(0), 1100)`

test.each([
  ['busy', busy(2000), 'JavaScript or native code was busy'],
  ['waiting', wait(2000), expect.stringContaining('it waited')],
])('an event loop that was %s is reported with the request that did it', async (_, code, cause) => {
  const { stderr } = await programs.run(
    `Mayday.addBreadcrumb({ message: 'before' })
     ${serving('/reports/7', `${code} res.end('ok')`)}
     process.once('answered', () => ${end})`,
  )
  expect(stderr).toBe('')
  expect(sink.events()).toMatchObject([
    {
      level: 'warning',
      transaction: 'GET /reports/:id',
      fingerprint: ['event-loop-stall', 'GET /reports/:id'],
      request: { method: 'GET' },
      breadcrumbs: { values: [{ message: 'before' }] },
      exception: {
        values: [
          {
            type: 'EventLoopStall',
            value: expect.stringMatching(/^The event loop stood still for \d+(\.\d)? s$/),
            mechanism: { type: 'event_loop_stall', handled: true },
          },
        ],
      },
      contexts: { event_loop_stall: { cause, most_likely_in: 'GET /reports/:id' } },
    },
  ])
})

test('the request that stood still keeps its own error id and event', async () => {
  await programs.run(
    `${serving('/', `${busy(2000)} setTimeout(() => { res.statusCode = 500; res.end() }, 1100)`)}
     process.once('answered', () => process.exit(0))`,
  )
  const events = sink.events()
  expect(events.map(({ level }) => level).sort()).toEqual(['error', 'warning'])
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(2)
})

test('loading the program is no stall, and neither is a short one', async () => {
  await programs.run(
    `${busy(1800)} setTimeout(() => ${busy(800)}, 600); setTimeout(() => process.exit(0), 2600)`,
  )
  expect(sink.events()).toEqual([])
})

test('the second within a minute is left out', async () => {
  await programs.run(
    `setTimeout(() => { ${busy(1800)} setTimeout(() => { ${busy(1800)} ${end} }, 600) }, 50)`,
  )
  expect(sink.events()).toMatchObject([
    { exception: { values: [{ value: expect.stringMatching(/at least/) }] } },
  ])
})

test('a program that a debugger may stop is not reported', async () => {
  await programs.run(`setTimeout(() => { ${busy(1800)} ${end} }, 50)`, {
    nodeArgs: ['--inspect=127.0.0.1:0'],
  })
  expect(sink.events()).toEqual([])
})

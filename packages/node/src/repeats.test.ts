import { afterEach, beforeEach, expect, test } from '@jest/globals'
import * as Mayday from './index.ts'
import { type Served, serve } from './test-support/serve.ts'
import { type Sink, startSink } from './test-support/sink.ts'

let sink: Sink
const served: Served[] = []

beforeEach(async () => {
  sink = await startSink()
  Mayday.init({ dsn: sink.dsn })
})
afterEach(async () => {
  await Promise.all(served.splice(0).map((one) => one.close()))
  await Mayday.close(1000)
  await sink.close()
})

test('ten thousand errors in a loop are one event with the count, and one id', async () => {
  const ids = new Set<string>()
  for (let n = 0; n < 10_000; n++) ids.add(Mayday.captureException(new Error(`row ${n} is bad`)))
  await Mayday.flush(5000)
  expect(sink.events()).toMatchObject([
    {
      exception: { values: [{ value: 'row 0 is bad' }] },
      contexts: { repeats: { left_out: 9_999, last_seen: expect.any(Number) } },
    },
  ])
  expect([...ids]).toEqual([sink.events()[0]?.event_id])
  expect(sink.reports()).toEqual([])
})

test('errors of other kinds in the same loop are events of their own', async () => {
  for (let n = 0; n < 10; n++) {
    Mayday.captureException(new Error('odd'))
    Mayday.captureException(new RangeError('odd'))
    Mayday.captureException(new Error('even'))
  }
  await Mayday.flush(5000)
  expect(sink.events()).toHaveLength(3)
  for (const event of sink.events()) expect(event.contexts?.repeats).toMatchObject({ left_out: 9 })
})

test('an error after the event of the first one was sent is an event again', async () => {
  Mayday.captureException(new Error('again'))
  await Mayday.flush(5000)
  Mayday.captureException(new Error('again'))
  await Mayday.flush(5000)
  expect(sink.events()).toHaveLength(2)
  for (const event of sink.events()) expect(event.contexts).not.toHaveProperty('repeats')
})

test('requests that fail at once for one reason are events of their own, each with its id', async () => {
  const one = await serve((_, response) => {
    const id = Mayday.captureException(new Error('shared cause'))
    Mayday.captureException(new Error('shared cause'))
    response.statusCode = 500
    response.end(id)
  })
  served.push(one)
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(one.url)))
  const told = await Promise.all(answers.map((answer) => answer.text()))
  await Mayday.flush(5000)
  expect(new Set(told).size).toBe(20)
  expect(sink.events().map((event) => event.event_id)).toEqual(expect.arrayContaining(told))
  for (const event of sink.events()) expect(event.contexts?.repeats).toMatchObject({ left_out: 1 })
})

test('a storm over many turns is let through as a trickle, and all is counted', async () => {
  for (let round = 0; round < 130; round++) {
    Mayday.captureException(new Error('storm'))
    await Mayday.flush(5000)
  }
  const dropped = sink.reports().flatMap((report) => report.discarded_events)
  for (const { reason } of dropped) expect(reason).toBe('backpressure')
  const sum = dropped.reduce((total, { quantity }) => total + quantity, 0)
  expect(sum).toBeGreaterThan(0)
  expect(sink.events().length + sum).toBe(130)
})

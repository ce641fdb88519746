import { afterEach, beforeEach, expect, test } from '@jest/globals'
import * as Mayday from './index.ts'
import { type Sink, startSink } from './test-support/sink.ts'

let sink: Sink
beforeEach(async () => {
  sink = await startSink()
  Mayday.init({ dsn: sink.dsn })
})
afterEach(async () => {
  await Mayday.close(1000)
  await sink.close()
})

async function sent(): Promise<ReturnType<Sink['events']>> {
  expect(await Mayday.flush(5000)).toBe(true)
  return sink.events()
}

/** As BullMQ makes them, as far as it is read. */
const job = (id: string, attemptsMade = 0, attempts = 1) => ({
  id,
  name: 'welcome',
  attemptsMade,
  opts: { attempts },
  data: { to: 'customer 7', password: 'hunter2' },
})

const failing = (error: unknown) =>
  Mayday.withJob('mail', async (_job: unknown) => {
    throw error
  })

test('a job that fails is an event that tells the job, and the error is thrown on as it is', async () => {
  const error = new Error('mailbox full')
  await expect(failing(error)(job('17'))).rejects.toBe(error)
  const [event] = await sent()
  expect(event).toMatchObject({
    level: 'error',
    transaction: 'mail/welcome',
    tags: { 'job.queue': 'mail', 'job.name': 'welcome' },
    contexts: { job: { queue: 'mail', id: '17', name: 'welcome', attempt: 1, max_attempts: 1 } },
    exception: { values: [{ value: 'mailbox full', mechanism: { type: 'job', handled: false } }] },
  })
  expect(JSON.stringify(event)).not.toContain('customer 7')
  expect(Mayday.captureException(error)).toBe(event?.event_id)
})

test('the data of a job is told only when asked for, and then without secrets', async () => {
  const work = Mayday.withJob(
    'mail',
    (_job: unknown) => {
      throw new Error('x')
    },
    { includeData: true },
  )
  expect(() => work(job('1'))).toThrow('x')
  expect((await sent())[0]?.contexts?.job?.data).toEqual({
    to: 'customer 7',
    password: '[Filtered]',
  })
})

test('an attempt that will be repeated is a warning, the last one an error', async () => {
  const error = (message: string) => new Error(message)
  await failing(error('first'))(job('1', 0, 3)).catch(() => undefined)
  await failing(error('last'))(job('1', 2, 3)).catch(() => undefined)
  const final = Object.assign(error('given up'), { name: 'UnrecoverableError' })
  await failing(final)(job('1', 0, 3)).catch(() => undefined)
  const levels = (await sent()).map((event) => [event.exception?.values[0]?.value, event.level])
  expect(Object.fromEntries(levels)).toEqual({
    first: 'warning',
    last: 'error',
    'given up': 'error',
  })
})

test('the attempts of a job are events of their own, however fast they follow', async () => {
  for (const attemptsMade of [0, 1, 2]) {
    await failing(new Error('mailbox full'))(job('1', attemptsMade, 3)).catch(() => undefined)
  }
  const attempts = (await sent()).map((event) => [event.contexts?.job?.attempt, event.level])
  expect(Object.fromEntries(attempts)).toEqual({ 1: 'warning', 2: 'warning', 3: 'error' })
})

test('a job that is put off has not failed', async () => {
  const later = Object.assign(new Error('later'), { name: 'DelayedError' })
  await expect(failing(later)(job('1'))).rejects.toBe(later)
  expect(await sent()).toEqual([])
})

test('jobs at the same time do not share tags, breadcrumbs and error ids', async () => {
  const ids: (string | undefined)[] = []
  const work = Mayday.withJob('mail', async (one: { id: string }) => {
    Mayday.setTag('number', one.id)
    Mayday.addBreadcrumb({ message: `begin ${one.id}` })
    await new Promise((resolve) => setImmediate(resolve))
    const id = Mayday.captureException(new Error(`failed in ${'abc'[Number(one.id)]}`))
    ids.push(id)
    expect(Mayday.lastErrorId()).toBe(id)
  })
  await Promise.all(['0', '1', '2'].map((id) => work({ id })))
  const events = await sent()
  expect(new Set(ids).size).toBe(3)
  for (const event of events) {
    expect(event.breadcrumbs?.values).toMatchObject([{ message: `begin ${event.tags?.number}` }])
  }
  expect(events.map((event) => event.tags?.number).sort()).toEqual(['0', '1', '2'])
})

test('what a job returns, its arguments and its `this` pass through', async () => {
  const work = Mayday.withJob('sum', function (this: { base: number }, a: number, b: number) {
    return this.base + a + b
  })
  expect(work.call({ base: 1 }, 2, 3)).toBe(6)
  expect(await Mayday.withJob('later', async () => 'done')()).toBe('done')
})

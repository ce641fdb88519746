import { afterEach, beforeEach, expect, test } from '@jest/globals'
import * as Mayday from './index.ts'
import { type Sink, startSink } from './test-support/sink.ts'

let sink: Sink
beforeEach(async () => {
  sink = await startSink()
})
afterEach(async () => {
  await Mayday.close(1000)
  await sink.close()
})

async function checkIns(): Promise<Record<string, unknown>[]> {
  await Mayday.flush(5000)
  return sink.received
    .flatMap(({ envelope }) => envelope.items)
    .filter((item) => item.header.type === 'check_in')
    .map((item) => JSON.parse(new TextDecoder().decode(item.payload)))
}

test('withMonitor tells when a task begins, that it went well, and how long it took', async () => {
  Mayday.init({ dsn: sink.dsn, release: '2.4.1', environment: 'staging' })
  const result = await Mayday.withMonitor('nightly-report', async () => 42, {
    schedule: { type: 'crontab', value: '0 3 * * *' },
    checkinMargin: 5,
    maxRuntime: 30,
    timezone: 'Europe/Berlin',
  })
  expect(result).toBe(42)
  const both = await checkIns()
  const begun = both.find(({ status }) => status === 'in_progress')
  const done = both.find(({ status }) => status === 'ok')
  expect(begun).toEqual({
    check_in_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    monitor_slug: 'nightly-report',
    status: 'in_progress',
    release: '2.4.1',
    environment: 'staging',
    monitor_config: {
      schedule: { type: 'crontab', value: '0 3 * * *' },
      checkin_margin: 5,
      max_runtime: 30,
      timezone: 'Europe/Berlin',
    },
  })
  expect(done).toMatchObject({ check_in_id: begun?.check_in_id, duration: expect.any(Number) })
})

test('a task that throws or rejects ends in the status error, and the error is thrown on', async () => {
  Mayday.init({ dsn: sink.dsn })
  const error = new Error('no paper')
  const fail = () => {
    throw error
  }
  expect(() => Mayday.withMonitor('sync', fail)).toThrow(error)
  await expect(Mayday.withMonitor('async', async () => fail())).rejects.toBe(error)
  const failed = (await checkIns()).filter(({ status }) => status === 'error')
  expect(failed.map((checkIn) => checkIn.monitor_slug).sort()).toEqual(['async', 'sync'])
  expect(sink.events()).toEqual([])
})

test('check-ins obey the limits of their own category, and what is dropped is counted in it', async () => {
  sink.answerWith((response) => {
    response.setHeader('X-Sentry-Rate-Limits', '60:monitor:organization').end('{}')
  })
  Mayday.init({ dsn: sink.dsn })
  Mayday.captureCheckIn({ monitorSlug: 'm', status: 'ok' })
  await Mayday.flush(5000)
  Mayday.captureCheckIn({ monitorSlug: 'm', status: 'ok' })
  Mayday.captureException(new Error('errors are not limited'))
  expect(await checkIns()).toHaveLength(1)
  expect(sink.events()).toHaveLength(1)
  expect(sink.reports()[0]?.discarded_events).toEqual([
    { reason: 'ratelimit_backoff', category: 'monitor', quantity: 1 },
  ])
})

test('without a client a task runs as ever', async () => {
  expect(await Mayday.withMonitor('m', async () => 'done')).toBe('done')
})

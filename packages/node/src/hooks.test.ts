import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import * as Mayday from './index.ts'
import { type Sink, startSink } from './test-support/sink.ts'

let sink: Sink
beforeEach(async () => {
  sink = await startSink()
})
afterEach(async () => {
  await Mayday.close(1000)
  Mayday.getGlobalScope().clear()
  Mayday.getIsolationScope().clear()
  await sink.close()
})

async function sent(): Promise<ReturnType<Sink['events']>> {
  expect(await Mayday.flush(5000)).toBe(true)
  return sink.events()
}

const reasons = () => sink.reports().flatMap((report) => report.discarded_events)

const hostile = new Proxy({}, { has: () => fail(), get: () => fail() })
function fail(): never {
  throw new Error('do not look at me')
}

describe('a hook that misbehaves costs its event and nothing else', () => {
  test.each<[string, () => unknown]>([
    ['throws', fail],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['never settles', () => new Promise(() => undefined)],
    ['returns null', () => null],
    ['returns nothing', () => undefined],
    ['returns a text', () => 'event'],
    ['returns a promise of a number', () => Promise.resolve(7)],
  ])('beforeSend %s', async (_, hook) => {
    Mayday.init({ dsn: sink.dsn, beforeSend: hook as Mayday.BeforeSend })
    expect(Mayday.captureException(new Error('dropped'))).toMatch(/^[0-9a-f]{32}$/)
    expect(await sent()).toEqual([])
    expect(reasons()).toEqual([{ reason: 'before_send', category: 'error', quantity: 1 }])
  })

  test('beforeSend returns what cannot be written as JSON', async () => {
    Mayday.init({ dsn: sink.dsn, beforeSend: () => hostile as never })
    Mayday.captureException(new Error('dropped'))
    expect(await sent()).toEqual([])
    expect(reasons()).toMatchObject([{ category: 'error', quantity: 1 }])
  })

  test('beforeBreadcrumb throws, and the event goes without that breadcrumb', async () => {
    Mayday.init({ dsn: sink.dsn, beforeBreadcrumb: fail })
    Mayday.addBreadcrumb({ message: 'lost' })
    Mayday.captureException(new Error('kept'))
    expect((await sent())[0]?.breadcrumbs).toBeUndefined()
  })

  test.each<[string, () => unknown]>([
    ['throws', fail],
    ['returns null', () => null],
    ['resolves to null', async () => null],
    ['returns garbage', () => 7],
  ])('an event processor %s', async (_, processor) => {
    Mayday.init({ dsn: sink.dsn })
    Mayday.getCurrentScope()
    Mayday.withScope((scope) => {
      scope.addEventProcessor(processor as Mayday.EventProcessor)
      Mayday.captureException(new Error('dropped'))
    })
    Mayday.captureException(new Error('other, and kept'))
    expect((await sent()).map((event) => event.exception?.values[0]?.value)).toEqual([
      'other, and kept',
    ])
    expect(reasons()).toEqual([{ reason: 'event_processor', category: 'error', quantity: 1 }])
  })
})

test('what beforeSend changes is sent as changed', async () => {
  Mayday.init({
    dsn: sink.dsn,
    beforeSend(event) {
      event.tags = { changed: 'yes' }
      delete event.contexts
      return event
    },
  })
  Mayday.captureException(new Error('x'))
  expect(await sent()).toMatchObject([{ tags: { changed: 'yes' } }])
  expect(sink.events()[0]?.contexts).toBeUndefined()
})

test('event processors run one after the other, before secrets are filtered', async () => {
  Mayday.init({ dsn: sink.dsn })
  Mayday.addEventProcessor((event) => ({ ...event, extra: { password: 'hunter2', step: 1 } }))
  Mayday.addEventProcessor(async (event) => ({ ...event, extra: { ...event.extra, step: 2 } }))
  Mayday.captureException(new Error('x'))
  expect(await sent()).toMatchObject([{ extra: { password: '[Filtered]', step: 2 } }])
})

test("an integration in Sentry's shape is set up, sees events and may drop them", async () => {
  const calls: string[] = []
  const integration: Mayday.CustomIntegration = {
    name: 'Own',
    setupOnce: () => void calls.push('setupOnce'),
    setup: (client) => void calls.push(`setup ${client.getDsn()?.projectId}`),
    afterAllSetup: () => void calls.push('afterAllSetup'),
    processEvent: (event, hint) =>
      hint.originalException instanceof RangeError ? null : { ...event, tags: { own: 'yes' } },
  }
  Mayday.init({
    dsn: sink.dsn,
    integrations: [integration, 7 as never, Mayday.dedupeIntegration()],
  })
  Mayday.init({ dsn: sink.dsn, integrations: [integration] })
  Mayday.captureException(new RangeError('dropped'))
  Mayday.captureException(new Error('kept'))
  expect(await sent()).toMatchObject([{ tags: { own: 'yes' } }])
  expect(calls).toEqual(['setupOnce', 'setup 7', 'afterAllSetup', 'setup 7', 'afterAllSetup'])
  expect(Mayday.getClient()?.getIntegrationByName('Own')).toBe(integration)
})

test('an integration that throws is left out, and the others work', async () => {
  Mayday.init({
    dsn: sink.dsn,
    integrations: [{ name: 'Broken', setup: fail, setupOnce: fail, afterAllSetup: fail }],
  })
  console.info('still kept')
  Mayday.captureException(new Error('x'))
  expect((await sent())[0]?.breadcrumbs?.values).toMatchObject([{ message: 'still kept' }])
})

test('a default integration is switched off by taking it out of the list', async () => {
  Mayday.init({
    dsn: sink.dsn,
    integrations: (defaults) => defaults.filter(({ name }) => name !== 'Console'),
  })
  console.info('not kept')
  Mayday.captureException(new Error('x'))
  expect((await sent())[0]?.breadcrumbs).toBeUndefined()
})

test('rewriteFramesIntegration changes the file names of frames', async () => {
  Mayday.init({
    dsn: sink.dsn,
    integrations: [Mayday.rewriteFramesIntegration({ root: process.cwd() })],
  })
  Mayday.captureException(new Error('x'))
  const frame = (await sent())[0]?.exception?.values[0]?.stacktrace?.frames.at(-1)
  expect(frame?.filename).toMatch(
    /^app:\/\/\/packages\/node\/src\/hooks\.test\.ts$|^app:\/\/\/src\//,
  )
})

import { afterEach, beforeEach, expect, test } from '@jest/globals'
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

test('initialScope and dist are in every event', async () => {
  Mayday.init({
    dsn: sink.dsn,
    dist: 'arm64',
    initialScope: { user: { id: '7' }, tags: { plan: 'pro' }, level: 'warning' },
  })
  Mayday.captureException(new Error('x'))
  expect(await sent()).toMatchObject([
    { dist: 'arm64', user: { id: '7' }, tags: { plan: 'pro' }, level: 'warning' },
  ])
})

test('initialScope may be a function that sets the scope', async () => {
  Mayday.init({ dsn: sink.dsn, initialScope: (scope) => scope.setTag('from', 'function') })
  Mayday.captureException(new Error('x'))
  expect(await sent()).toMatchObject([{ tags: { from: 'function' } }])
})

test('errors and messages that ignoreErrors names are dropped and counted', async () => {
  Mayday.init({ dsn: sink.dsn, ignoreErrors: ['Type: no', /^TypeError: .*soon$/g, 'stock'] })
  Mayday.captureException(new TypeError('gone soon'))
  Mayday.captureException(new TypeError('gone too soon'))
  Mayday.captureMessage('stock is low')
  Mayday.captureMessage('kept')
  expect(await sent()).toMatchObject([{ logentry: { formatted: 'kept' } }])
  expect(sink.reports()[0]?.discarded_events).toEqual([
    { reason: 'ignored', category: 'error', quantity: 3 },
  ])
})

test('denyUrls and allowUrls decide by the file of the innermost frame of own code', async () => {
  Mayday.init({ dsn: sink.dsn, denyUrls: [/event-options\.test/] })
  Mayday.captureException(new Error('denied'))
  Mayday.init({ dsn: sink.dsn, allowUrls: ['/other/place/'] })
  Mayday.captureException(new Error('not allowed'))
  Mayday.init({ dsn: sink.dsn, allowUrls: ['event-options.test'] })
  Mayday.captureException(new Error('allowed'))
  expect((await sent()).map((event) => event.exception?.values[0]?.value)).toEqual(['allowed'])
})

test('with attachStacktrace a message tells the place of the call, with its source lines', async () => {
  Mayday.init({ dsn: sink.dsn, attachStacktrace: true })
  Mayday.captureMessage('where am I')
  const frame = (await sent())[0]?.threads?.values[0]?.stacktrace?.frames.at(-1)
  expect(frame?.filename).toContain('event-options.test.ts')
  expect(frame?.context_line).toContain(`captureMessage('where am I')`)
})

test('maxValueLength and normalizeDepth cut what is longer or deeper', async () => {
  Mayday.init({ dsn: sink.dsn, maxValueLength: 10, normalizeDepth: 2 })
  Mayday.setExtra('deep', { a: { b: { c: 1 } } })
  Mayday.captureException(new Error('a message of more than ten'))
  expect(await sent()).toMatchObject([
    { exception: { values: [{ value: 'a message…' }] }, extra: { deep: { a: '[Object]' } } },
  ])
})

test('scrub adds keys and expressions to what is filtered, and takes nothing away', async () => {
  Mayday.init({ dsn: sink.dsn, scrub: ['customer-name', /\bDE\d{4}\b/] })
  Mayday.setExtra('order', { customerName: 'Ada', password: 'x', note: 'for DE1234 and DE5678' })
  Mayday.captureException(new Error('cannot bill DE1234'))
  expect(await sent()).toMatchObject([
    {
      exception: { values: [{ value: 'cannot bill [Filtered]' }] },
      extra: {
        order: {
          customerName: '[Filtered]',
          password: '[Filtered]',
          note: 'for [Filtered] and [Filtered]',
        },
      },
    },
  ])
  Mayday.init({ dsn: sink.dsn })
  Mayday.captureException(new Error('cannot ship DE1234'))
  expect((await sent()).at(-1)?.exception?.values[0]?.value).toBe('cannot ship DE1234')
})

test('a tunnel takes the envelopes, and finds the DSN in their header', async () => {
  const dsn = 'https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.example/42'
  Mayday.init({ dsn, tunnel: `http://127.0.0.1:${sink.port}/tunnel?x=1` })
  Mayday.captureException(new Error('x'))
  await sent()
  expect(sink.received[0]).toMatchObject({ path: '/tunnel?x=1', envelope: { header: { dsn } } })
})

test('without sendClientReports the server is not told of what was dropped', async () => {
  Mayday.init({ dsn: sink.dsn, sendClientReports: false, beforeSend: () => null })
  Mayday.captureException(new Error('x'))
  await sent()
  expect(sink.received).toEqual([])
})

test("captureException takes a scope, a function, or Sentry's hint", async () => {
  Mayday.init({ dsn: sink.dsn })
  const scope = new Mayday.Scope().setTag('by', 'scope')
  Mayday.captureException(new Error('1'), scope)
  Mayday.captureException(new TypeError('2'), (own) => own.setTag('by', 'function'))
  Mayday.captureException(new RangeError('3'), { captureContext: { tags: { by: 'hint' } } })
  Mayday.withScope(scope, () => Mayday.captureMessage('4'))
  Mayday.getClient()?.captureException(new EvalError('5'), undefined, scope)
  const by = (await sent()).map(({ exception, logentry, tags }) => [
    exception?.values[0]?.value ?? logentry?.formatted,
    tags?.by,
  ])
  expect(Object.fromEntries(by)).toEqual({
    1: 'scope',
    2: 'function',
    3: 'hint',
    4: 'scope',
    5: 'scope',
  })
})

test('the client has the calls of the SDK, its options, and the DSN in parts', async () => {
  Mayday.init({ dsn: sink.dsn, release: '2.4.1' })
  const client = Mayday.getClient()
  expect(client?.getOptions()).toMatchObject({ release: '2.4.1', sampleRate: 1 })
  expect(client?.getDsn()).toEqual({
    protocol: 'http',
    publicKey: '0123456789abcdef0123456789abcdef',
    host: '127.0.0.1',
    port: String(sink.port),
    path: '',
    projectId: '7',
  })
  client?.captureMessage('low', 'warning', { captureContext: { tags: { by: 'client' } } })
  client?.captureEvent({ logentry: { formatted: 'made' }, level: 'info' })
  expect(await client?.flush(5000)).toBe(true)
  const told = sink.events().map(({ logentry, level, tags }) => [logentry?.formatted, level, tags])
  expect(told).toContainEqual(['low', 'warning', { by: 'client' }])
  expect(told).toContainEqual(['made', 'info', undefined])
  expect(await client?.close(1000)).toBe(true)
  expect(Mayday.isEnabled()).toBe(false)
  expect(Mayday.getClient()).toBeUndefined()
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import * as Mayday from './index.ts'
import { type Sink, startSink } from './test-support/sink.ts'
import { SDK_VERSION } from './version.ts'

let sink: Sink
beforeEach(async () => {
  sink = await startSink()
})
afterEach(async () => {
  await Mayday.close(1000)
  await sink.close()
})

const thrown = (make: () => unknown): unknown => {
  try {
    make()
    return undefined
  } catch (error) {
    return error
  }
}

async function sent(): Promise<ReturnType<Sink['events']>> {
  expect(await Mayday.flush(5000)).toBe(true)
  return sink.events()
}

test('an event has id, place, source lines, release and what the machine is', async () => {
  Mayday.init({ dsn: sink.dsn, release: '2.4.1', environment: 'staging', serverName: 'web-1' })
  const id = Mayday.captureException(
    thrown(() => {
      throw new TypeError('no such thing')
    }),
  )
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  const [event] = await sent()
  expect(event).toMatchObject({
    event_id: id,
    level: 'error',
    platform: 'node',
    release: '2.4.1',
    environment: 'staging',
    server_name: 'web-1',
    sdk: { name: 'mayday.node' },
    contexts: { runtime: { name: 'node', version: process.version }, os: {}, device: {}, app: {} },
    exception: {
      values: [
        {
          type: 'TypeError',
          value: 'no such thing',
          mechanism: { type: 'generic', handled: true },
        },
      ],
    },
  })
  const frames = event?.exception?.values[0]?.stacktrace?.frames ?? []
  const crash = frames.filter((frame) => frame.in_app).at(-1)
  expect(crash?.filename).toContain('client.test.ts')
  expect(crash?.context_line).toContain(`throw new TypeError('no such thing')`)
  expect(crash?.pre_context).toHaveLength(5)
  expect(sink.received[0]?.path).toBe('/api/7/envelope/')
  expect(sink.received[0]?.headers).toMatchObject({
    'content-type': 'application/x-sentry-envelope',
    'content-encoding': 'gzip',
    'x-sentry-auth': expect.stringContaining('sentry_key=0123456789abcdef0123456789abcdef'),
  })
  expect(sink.received[0]?.envelope.header).toMatchObject({ event_id: id })
})

test('the same error object is one event with one id', async () => {
  Mayday.init({ dsn: sink.dsn })
  const error = new Error('once')
  const id = Mayday.captureException(error)
  expect(Mayday.captureException(error)).toBe(id)
  expect(await sent()).toHaveLength(1)
})

test('scopes reach the events captured inside them, from the widest to the innermost', async () => {
  Mayday.init({ dsn: sink.dsn })
  Mayday.setTag('outer', 1)
  Mayday.setUser({ id: 7, email: 'a@b.example', plan: 'gold' } as never)
  await Mayday.withScope(async (scope) => {
    scope.setTag('inner', true).setFingerprint(['{{ default }}', 'x']).setExtra('n', 10n)
    await null
    Mayday.captureMessage('inside', 'warning')
  })
  Mayday.captureMessage('outside', { tags: { own: 'yes' }, level: 'fatal' })
  const [inside, outside] = await sent()
  expect(inside).toMatchObject({
    level: 'warning',
    logentry: { formatted: 'inside' },
    tags: { outer: '1', inner: 'true' },
    user: { id: '7', email: 'a@b.example', data: { plan: 'gold' } },
    fingerprint: ['{{ default }}', 'x'],
    extra: { n: '10n' },
  })
  expect(outside).toMatchObject({ level: 'fatal', tags: { outer: '1', own: 'yes' } })
  expect(outside?.tags).not.toHaveProperty('inner')
  Mayday.getIsolationScope().clear()
})

test('of breadcrumbs the newest are kept, in order', async () => {
  Mayday.init({
    dsn: sink.dsn,
    maxBreadcrumbs: 3,
    beforeBreadcrumb: (b) => (b.message === '4' ? null : b),
  })
  for (let n = 0; n < 120; n++) Mayday.addBreadcrumb({ message: String(n % 10), category: 'test' })
  console.warn('what was', { printed: 1 })
  Mayday.captureMessage('now')
  const [event] = await sent()
  expect(event?.breadcrumbs?.values.map((breadcrumb) => breadcrumb.message)).toEqual([
    '8',
    '9',
    'what was { printed: 1 }',
  ])
  Mayday.getIsolationScope().clear()
})

describe('hooks', () => {
  test('a beforeBreadcrumb that writes to the console is not asked about that', () => {
    let asked = 0
    Mayday.init({
      dsn: sink.dsn,
      beforeBreadcrumb: (breadcrumb) => {
        asked++
        console.debug('kept')
        return breadcrumb
      },
    })
    Mayday.addBreadcrumb({ message: 'one' })
    expect(asked).toBe(1)
    Mayday.getIsolationScope().clear()
  })

  test('beforeSend sees the scrubbed event and may change it', async () => {
    // In two parts, since the lines of this file are in the event, too.
    const password = ['hunt', 'er2'].join('')
    Mayday.init({
      dsn: sink.dsn,
      beforeSend: (event, hint) => {
        expect(hint.originalException).toBeInstanceOf(Error)
        expect(JSON.stringify(event)).not.toContain(password)
        return { ...event, tags: { changed: 'yes' } }
      },
    })
    Mayday.captureException(new Error(`postgres://app:${password}@db/shop refused`))
    expect(await sent()).toMatchObject([
      {
        tags: { changed: 'yes' },
        exception: { values: [{ value: 'postgres://[Filtered]@db/shop refused' }] },
      },
    ])
  })

  test.each([
    ['returns null', () => null],
    ['throws', () => Promise.reject(new Error('mine'))],
    [
      'throws at once',
      () => {
        throw new Error('mine')
      },
    ],
  ])('an event whose hook %s is dropped and counted', async (_, beforeSend) => {
    Mayday.init({ dsn: sink.dsn, beforeSend: beforeSend as never })
    Mayday.captureMessage('secret')
    expect(await sent()).toEqual([])
    expect(sink.reports()).toMatchObject([
      { discarded_events: [{ reason: 'before_send', category: 'error', quantity: 1 }] },
    ])
  })

  test('ignored and unsampled events are counted, and their ids are made all the same', async () => {
    Mayday.init({ dsn: sink.dsn, ignoreErrors: ['TypeError: never', /mind/g] })
    expect(Mayday.captureException(new TypeError('never'))).toHaveLength(32)
    expect(Mayday.captureException(new Error('mind 1'))).toHaveLength(32)
    expect(Mayday.captureException(new Error('mind 2'))).toHaveLength(32)
    expect(await sent()).toEqual([])
    expect(sink.reports()).toMatchObject([
      { discarded_events: [{ reason: 'ignored', quantity: 3 }] },
    ])
  })
})

describe('init', () => {
  test('without a DSN, or with a bad one, nothing happens but one line on stderr', async () => {
    const lines: string[] = []
    const write = process.stderr.write
    process.stderr.write = ((line: string) => lines.push(line) > 0) as never
    try {
      for (let n = 0; n < 3; n++) {
        Mayday.init({ dsn: 'http://localhost' })
        expect(Mayday.isInitialized()).toBe(false)
        expect(Mayday.captureException(new Error('x'))).toMatch(/^[0-9a-f]{32}$/)
        expect(await Mayday.flush()).toBe(true)
      }
    } finally {
      process.stderr.write = write
    }
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('public key')
  })

  test('a thousand times leaves the listeners of one', () => {
    Mayday.init({ dsn: sink.dsn })
    const count = () =>
      process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
    const before = count()
    const { log } = console
    for (let n = 0; n < 1000; n++) Mayday.init({ dsn: sink.dsn })
    expect(count()).toBe(before)
    Mayday.init({ dsn: sink.dsn, enabled: false })
    expect(Mayday.isInitialized()).toBe(false)
    expect(count()).toBeLessThan(before)
    expect(console.log).not.toBe(log)
  })
})

test('the version that events tell is that of the package', () => {
  const manifest = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')
  expect(JSON.parse(manifest).version).toBe(SDK_VERSION)
})

test('whatever is captured or set, nothing is thrown into the program', async () => {
  Mayday.init({ dsn: sink.dsn })
  const trap = new Proxy(new Error('x'), {
    get() {
      throw new Error('trap')
    },
  })
  const getter = Object.defineProperty({}, 'message', {
    get() {
      throw new Error('trap')
    },
    enumerable: true,
  })
  for (const value of [trap, getter, Symbol('s'), 1n, null, undefined]) {
    Mayday.captureException(value, value as never)
    Mayday.captureMessage(value as never, value as never)
    Mayday.captureEvent(value as never)
    Mayday.addBreadcrumb(value as never)
    Mayday.setTags(value as never)
    Mayday.setTag(value as never, value as never)
    Mayday.setExtras(value as never)
    Mayday.setExtra(value as never, value)
    Mayday.setContext(value as never, value as never)
    Mayday.setUser(value as never)
  }
  Mayday.captureException(new Error('still here'))
  const events = await sent()
  expect(events.at(-1)?.exception?.values[0]?.value).toBe('still here')
  Mayday.getIsolationScope().clear()
})

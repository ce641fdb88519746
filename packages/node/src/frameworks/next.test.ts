import { afterEach, beforeEach, expect, test } from '@jest/globals'
import * as Mayday from '../index.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

let sink: Sink
beforeEach(async () => {
  sink = await startSink()
  Mayday.init({ dsn: sink.dsn, environment: 'production' })
})
afterEach(async () => {
  await Mayday.close()
  await sink.close()
})

const request = {
  path: '/orders/5?token=abcdef1234',
  method: 'GET',
  headers: { host: 'shop.example', cookie: 'a=abcdef1234', accept: ['a', 'b'], absent: undefined },
}

test('where no server of this process is seen, the request is what Next tells of it', async () => {
  const error = Object.assign(new Error('kaput'), { digest: '123' })
  Mayday.captureRequestError(error, request, { routePath: '/orders/[id]', routeType: 'render' })
  await Mayday.flush()
  const [event] = sink.events()
  expect(event).toMatchObject({
    transaction: 'GET /orders/[id]',
    tags: { 'next.digest': '123', 'next.route_type': 'render' },
    request: {
      url: 'https://shop.example/orders/5',
      query_string: [['token', '[Filtered]']],
      headers: [
        ['host', 'shop.example'],
        ['cookie', '[Filtered]'],
        ['accept', 'a, b'],
      ],
    },
  })
  expect(JSON.stringify(event?.request)).not.toContain('abcdef1234')
})

test.each(['NEXT_REDIRECT;replace;/;307;', 'NEXT_HTTP_ERROR_FALLBACK;404', 'DYNAMIC_SERVER_USAGE'])(
  'an error with the digest %s only steers Next, and is no event',
  async (digest) => {
    Mayday.captureRequestError(Object.assign(new Error('steer'), { digest }), request, {})
    await Mayday.flush()
    expect(sink.events()).toEqual([])
  },
)

test('anything may be given in any place', async () => {
  Mayday.captureRequestError(undefined, undefined, undefined)
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('hostile')
      },
    },
  )
  Mayday.captureRequestError(hostile, hostile, hostile)
  Mayday.captureRequestError('text', null as never, 7 as never)
  await Mayday.flush()
  expect(sink.events()).toHaveLength(3)
})

test('a platform that offers to wait is given the sending to wait for', async () => {
  const symbol = Symbol.for('@vercel/request-context')
  const waited: Promise<unknown>[] = []
  const waitUntil = (promise: Promise<unknown>) => void waited.push(promise)
  Reflect.set(globalThis, symbol, { get: () => ({ waitUntil }) })
  try {
    Mayday.captureRequestError(new Error('kaput'), request, { routePath: '/orders/[id]' })
    expect(waited).toHaveLength(1)
    await Promise.all(waited)
    expect(sink.events()).toHaveLength(1)
  } finally {
    Reflect.deleteProperty(globalThis, symbol)
  }
})

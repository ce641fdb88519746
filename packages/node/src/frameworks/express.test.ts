import { get } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import express, { type Express } from 'express'
import * as Mayday from '../index.ts'
import { type Served, serve } from '../test-support/serve.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

let sink: Sink
let app: Express
const served: Served[] = []

beforeEach(async () => {
  sink = await startSink()
  Mayday.init({ dsn: sink.dsn, environment: 'production' })
  app = express()
  app.set('env', 'test')
})
afterEach(async () => {
  await Promise.all(served.splice(0).map((one) => one.close()))
  await Mayday.close(1000)
  await sink.close()
})

async function start(): Promise<string> {
  const one = await serve(app)
  served.push(one)
  return one.url
}

async function sent(): Promise<ReturnType<Sink['events']>> {
  expect(await Mayday.flush(5000)).toBe(true)
  return sink.events()
}

describe.each([
  [
    'thrown',
    () => {
      throw new Error('kaput')
    },
  ],
  ['rejected', () => Promise.reject(new Error('kaput'))],
  [
    'passed to next',
    (_: unknown, __: unknown, next: (e: unknown) => void) => next(new Error('kaput')),
  ],
] as [string, express.RequestHandler][])('an error %s', (_, handler) => {
  test('is answered by a safe problem with the error id, and becomes an event', async () => {
    app.get('/orders/:id', handler)
    app.use(Mayday.expressErrorHandler())
    const url = await start()
    const response = await fetch(`${url}/orders/41?token=s3cret&page=2`, {
      headers: { authorization: 'Bearer abcdef1234', cookie: 'a=b', 'user-agent': 'jest' },
    })
    const id = response.headers.get('x-error-id') ?? ''
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(response.status).toBe(500)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      instance: `urn:mayday:error:${id}`,
      errorId: id,
    })
    const [event, ...others] = await sent()
    expect(others).toEqual([])
    expect(event).toMatchObject({
      event_id: id,
      transaction: 'GET /orders/:id',
      exception: { values: [{ value: 'kaput', mechanism: { type: 'express', handled: false } }] },
      request: {
        method: 'GET',
        url: `${url}/orders/41`,
        query_string: [
          ['token', '[Filtered]'],
          ['page', '2'],
        ],
        headers: expect.arrayContaining([
          ['authorization', '[Filtered]'],
          ['cookie', '[Filtered]'],
          ['user-agent', 'jest'],
        ]),
      },
      contexts: { response: { status_code: 500, finished: true, duration_ms: expect.any(Number) } },
      tags: { 'http.status_code': '500' },
    })
    expect(JSON.stringify(event)).not.toContain('abcdef1234')
  })
})

const fail = () => {
  throw new Error('kaput')
}

test("an error handler of the program's own after ours answers, with the error id at hand", async () => {
  app.get('/', fail)
  app.use(Mayday.expressErrorHandler())
  app.use(((_error, _request, response, _next) => {
    response.status(503).send(`sorry, ${response.locals.errorId}`)
  }) satisfies express.ErrorRequestHandler)
  const response = await fetch(await start())
  const [event] = await sent()
  expect(response.status).toBe(503)
  expect(await response.text()).toBe(`sorry, ${event?.event_id}`)
  expect(event?.contexts?.response).toMatchObject({ status_code: 503 })
})

test('a response that was given the status 404 before the error stays one, and is no event', async () => {
  app.get('/', (_, response) => {
    response.status(404)
    throw new Error('no such order')
  })
  app.use(Mayday.expressErrorHandler())
  expect((await fetch(await start())).status).toBe(404)
  expect(await sent()).toEqual([])
})

test('an error that is answered with 404 in the end is no event', async () => {
  app.get('/', fail)
  app.use(Mayday.expressErrorHandler())
  app.use(((_error, _request, response, _next) => {
    response.status(404).end()
  }) satisfies express.ErrorRequestHandler)
  expect((await fetch(await start())).status).toBe(404)
  expect(await sent()).toEqual([])
  expect(sink.reports()).toEqual([])
})

test('an error with a status of 4xx is left to Express', async () => {
  app.use(express.json())
  app.post('/', (_, response) => {
    response.end()
  })
  app.use(Mayday.expressErrorHandler())
  const response = await fetch(await start(), {
    method: 'POST',
    body: '{ broken',
    headers: { 'content-type': 'application/json' },
  })
  expect(response.status).toBe(400)
  expect(response.headers.get('x-error-id')).toBeNull()
  expect(await sent()).toEqual([])
})

test('an error with another status of 5xx keeps it', async () => {
  app.get('/', () => {
    throw Object.assign(new Error('later'), { status: 503, code: 'E_BUSY' })
  })
  app.use(Mayday.expressErrorHandler())
  const response = await fetch(await start())
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ title: 'Service Unavailable', status: 503 })
  expect((await sent())[0]?.exception?.values[0]?.mechanism?.data).toEqual({
    status: 503,
    code: 'E_BUSY',
  })
})

test('an answer that has begun is not touched, and the error is an event', async () => {
  app.get('/', (_, response) => {
    response.write('half of ')
    throw new Error('kaput')
  })
  app.use(Mayday.expressErrorHandler())
  const url = await start()
  await new Promise((resolve) => {
    get(url, (response) => response.resume().on('close', resolve)).on('error', resolve)
  })
  const [event] = await sink.waitForEvents(1)
  expect(event?.contexts?.response).toMatchObject({
    status_code: 200,
    headers_sent: true,
    finished: false,
  })
})

test('an error because the client has left is no event', async () => {
  const isDone = new Promise<void>((resolve) => {
    app.get('/', async (request, response) => {
      await new Promise((gone) => response.on('close', gone))
      expect(request.destroyed).toBe(true)
      setImmediate(resolve)
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    })
  })
  app.use(Mayday.expressErrorHandler())
  const controller = new AbortController()
  const answer = fetch(await start(), { signal: controller.signal }).catch((error) => error.name)
  setTimeout(() => controller.abort(), 100)
  expect(await answer).toBe('AbortError')
  await isDone
  expect(await sent()).toEqual([])
})

test('a status of 5xx without an exception is an event for the route and the status', async () => {
  app.get('/reports/:year', (_, response) => {
    response.status(500).json({ error: 'sorry' })
  })
  app.use(Mayday.expressErrorHandler())
  const url = await start()
  await fetch(`${url}/reports/2025`)
  await fetch(`${url}/reports/2026`)
  const events = await sent()
  expect(events).toHaveLength(2)
  for (const event of events) {
    expect(event).toMatchObject({
      level: 'error',
      logentry: { formatted: 'GET /reports/:year answered 500 without an exception' },
      fingerprint: ['http-status', 'GET /reports/:year', '500'],
    })
  }
})

test('an error captured by the program is not reported again by its status', async () => {
  app.get('/', (_, response) => {
    const id = Mayday.captureException(new Error('caught'))
    expect(Mayday.lastErrorId()).toBe(id)
    response.status(500).end()
  })
  await fetch(await start())
  expect(await sent()).toMatchObject([{ exception: { values: [{ value: 'caught' }] } }])
})

test('routes of a mounted router are named with the place where it is mounted', async () => {
  const router = express.Router()
  router.get('/orders/:id', fail)
  app.use('/api/v1', router)
  app.use(Mayday.expressErrorHandler())
  await fetch(`${await start()}/api/v1/orders/5`)
  expect((await sent())[0]?.transaction).toBe('GET /api/v1/orders/:id')
})

test('users, tags and breadcrumbs of requests served at once are kept apart', async () => {
  app.get('/:n', async (request, response) => {
    Mayday.setUser({ id: request.params.n })
    Mayday.setTag('n', request.params.n)
    Mayday.addBreadcrumb({ message: `served ${request.params.n}` })
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
    if (Number(request.params.n) % 2) throw new Error('odd')
    response.status(500).end()
  })
  app.use(Mayday.expressErrorHandler())
  const url = await start()
  await Promise.all(Array.from({ length: 40 }, (_, n) => fetch(`${url}/${n}`)))
  const events = await sent()
  expect(events).toHaveLength(40)
  for (const event of events) {
    const n = event.user?.id
    expect(event.request?.url).toBe(`${url}/${n}`)
    expect(event.tags?.n).toBe(n)
    const messages = event.breadcrumbs?.values.flatMap((breadcrumb) => breadcrumb.message ?? [])
    expect(messages).toEqual([`served ${n}`])
  }
})

test('without a server to send to, the error id is in the answer all the same', async () => {
  await sink.close()
  app.get('/', fail)
  Mayday.setupExpressErrorHandler(app)
  const response = await fetch(await start())
  expect(response.headers.get('x-error-id')).toMatch(/^[0-9a-f]{32}$/)
  sink = await startSink()
})

test('in development the answer tells the error', async () => {
  Mayday.init({ dsn: sink.dsn, environment: 'development' })
  app.get('/', fail)
  app.use(Mayday.expressErrorHandler())
  expect(await (await fetch(await start())).json()).toMatchObject({
    detail: 'Error: kaput',
    stack: expect.arrayContaining([expect.stringContaining('express.test.ts')]),
  })
})

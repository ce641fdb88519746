import { once } from 'node:events'
import { get } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { EventPayload } from '@mayday/protocol/event'
import { type EventSink, startEventSink } from '../support/event-sink.ts'
import { type FrameworkApp, startApp } from '../support/framework-app.ts'
import { frameworkFolder } from '../support/frameworks.ts'
import { waitUntil } from '../support/wait-until.ts'

const APP = join(import.meta.dirname, 'apps/nest.mjs')
const VERSIONS = ['nest-10', 'nest-11', 'nest-12']
const PLATFORMS = ['express', 'fastify']
const CELLS = VERSIONS.flatMap((version) => PLATFORMS.map((platform) => ({ version, platform })))

/** Those that must become an event each, and are answered safely. */
const FAILURES: [
  path: string,
  type: string,
  value: string,
  transaction: string,
  status?: number,
][] = [
  ['orders/thrown', 'Error', 'thrown kaput', '/api/orders/thrown'],
  ['orders/rejected', 'TypeError', 'rejected kaput', '/api/orders/rejected'],
  ['orders/observable', 'Error', 'observable kaput', '/api/orders/observable'],
  ['orders/primitive', 'NonError', 'only a text', '/api/orders/primitive'],
  ['orders/http500', 'InternalServerErrorException', 'secret of 500', '/api/orders/http500'],
  ['orders/http503', 'ServiceUnavailableException', 'secret of 503', '/api/orders/http503', 503],
  ['orders/guarded/5', 'Error', 'guard kaput', '/api/orders/guarded/:id'],
  ['orders/intercepted', 'Error', 'interceptor kaput', '/api/orders/intercepted'],
  ['orders/afterwards', 'Error', 'tap kaput', '/api/orders/afterwards'],
  ['orders/middleware', 'Error', 'middleware kaput', '/api/orders/middleware'],
  ['v2/orders/scoped/5', 'Error', 'scoped kaput', '/api/v2/orders/scoped/:id'],
]

describe.each(CELLS)('$version on $platform', ({ version, platform }) => {
  let sink: EventSink
  let app: FrameworkApp
  let bare: FrameworkApp
  beforeAll(async () => {
    const folder = await frameworkFolder(version)
    sink = await startEventSink()
    app = await startApp([APP, folder, platform], { MAYDAY_DSN: sink.dsn })
    bare = await startApp([APP, folder, platform, 'bare'])
  })
  afterAll(async () => {
    await app?.stop()
    await bare?.stop()
    await sink?.close()
  })

  function eventOf(errorId: string | null): Promise<EventPayload> {
    return sink.eventThat((event) => event.event_id === errorId, `error ${errorId}`)
  }

  /** Of the requests that events tell of so far. */
  function paths(): string[] {
    return sink.events().map((event) => new URL(event.request?.url ?? '').pathname)
  }

  test.each(FAILURES)(
    '%s is an event and a safe answer',
    async (path, type, value, route, status = 500) => {
      const response = await fetch(`${app.url}/api/${path}`)
      const errorId = response.headers.get('x-error-id')
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      expect(response.headers.has('retry-after')).toBe(status === 503)
      const body = await response.text()
      expect(JSON.parse(body)).toMatchObject({ status, errorId })
      expect(body).not.toContain(value)
      expect(await eventOf(errorId)).toMatchObject({
        transaction: `GET ${route}`,
        exception: { values: [{ type, value, mechanism: { type: 'nest', handled: false } }] },
        tags: { 'http.status_code': String(status) },
      })
    },
  )

  test.each([
    'orders/http404',
    'orders/http400',
    'orders/number/x',
    'orders/number/4',
    'nowhere',
    'orders/own-filter-400',
  ])('%s is answered as without the SDK, and is no event', async (path) => {
    const [ours, theirs] = await Promise.all([
      answerOf(`${app.url}/api/${path}`),
      answerOf(`${bare.url}/api/${path}`),
    ])
    expect(ours).toBe(theirs.replaceAll(bare.url, app.url))
    const later = await fetch(`${app.url}/api/orders/health`)
    await eventOf(later.headers.get('x-error-id'))
    expect(paths()).not.toContain(`/api/${path}`)
  })

  test("an error that a filter of the app's own answers is an event, and the filter has its id", async () => {
    const response = await fetch(`${app.url}/api/orders/own-filter`)
    const errorId = response.headers.get('x-error-id')
    expect(await response.json()).toEqual({ own: true, errorId })
    expect(await eventOf(errorId)).toMatchObject({
      exception: { values: [{ type: 'Teapot', value: 'own filter kaput' }] },
    })
  })

  test('a body that the program made for its 503 is sent, and is an event', async () => {
    const response = await fetch(`${app.url}/api/orders/health`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ status: 'error', details: { database: 'down' } })
    await eventOf(response.headers.get('x-error-id'))
  })

  test('a status of 500 that is sent without an error is an event', async () => {
    const response = await fetch(`${app.url}/api/orders/sent`)
    expect(await response.json()).toEqual({ sent: true })
    const event = await eventOf(response.headers.get('x-error-id'))
    expect(event.transaction).toBe('GET /api/orders/sent')
  })

  test('an error after the answer has begun is an event', async () => {
    await fetch(`${app.url}/api/orders/begun`).then((response) => response.text(), String)
    const isIt = (event: EventPayload) => event.exception?.values[0]?.value === 'begun kaput'
    expect(await sink.eventThat(isIt, 'the error')).toMatchObject({
      transaction: 'GET /api/orders/begun',
      tags: { 'http.ending': 'broken_off' },
      contexts: { response: { headers_sent: true, status_code: 200 } },
    })
  })

  test('an error because the client has left is no event', async () => {
    const request = get(`${app.url}/api/orders/gone`)
    request.on('error', () => undefined)
    const [socket] = await once(request, 'socket')
    if (socket.connecting) await once(socket, 'connect')
    await fetch(`${app.url}/api/orders/by-id/1`)
    request.destroy()
    await waitUntil(() => app.stdout().includes('GONE'), 'the handler has seen it')
    const response = await fetch(`${app.url}/api/orders/health`)
    await eventOf(response.headers.get('x-error-id'))
    expect(paths()).not.toContain('/api/orders/gone')
  })

  test("what runs in Nest's external context, as resolvers do, is reported and goes on", async () => {
    const response = await fetch(`${app.url}/api/orders/external`)
    expect(await response.json()).toEqual({ answered: 'resolver kaput' })
    const isIt = (event: EventPayload) => event.tags?.['nest.context'] === 'graphql'
    expect(await sink.eventThat(isIt, 'the error')).toMatchObject({
      transaction: 'OrdersController.resolver',
      exception: { values: [{ value: 'resolver kaput' }] },
    })
  })

  test('Nest still writes what it has answered with 500 into its log', async () => {
    await fetch(`${app.url}/api/orders/thrown`)
    await waitUntil(() => app.stderr().includes('thrown kaput'), 'it is written')
  })
})

describe.each(PLATFORMS)("where Nest's private parts are not found, on %s", (platform) => {
  test('errors of handlers are events, and Nest answers', async () => {
    const sink = await startEventSink()
    const words = [APP, await frameworkFolder('nest-12'), platform, 'hidden']
    const app = await startApp(words, { MAYDAY_DSN: sink.dsn })
    try {
      const response = await fetch(`${app.url}/api/orders/thrown`)
      expect(await response.json()).toEqual({ statusCode: 500, message: 'Internal server error' })
      const errorId = response.headers.get('x-error-id')
      const event = await sink.eventThat(({ event_id }) => event_id === errorId, 'the error')
      expect(event).toMatchObject({ exception: { values: [{ value: 'thrown kaput' }] } })
    } finally {
      await app.stop()
      await sink.close()
    }
  })
})

/** Status, headers but the date, and body. */
async function answerOf(url: string): Promise<string> {
  const response = await fetch(url)
  const headers = [...response.headers].filter(([name]) => name !== 'date')
  return JSON.stringify([response.status, headers, await response.text()])
}

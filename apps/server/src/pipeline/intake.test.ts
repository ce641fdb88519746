import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  DISABLED_KEY,
  EVENT_ID,
  envelopeOf,
  eventEnvelope,
  type IntakeServer,
  KEY,
  OTHER_KEY,
  startIntake,
  WRONG_KEY,
} from '../../test/intake-server.ts'

let server: IntakeServer

beforeAll(async () => {
  server = await startIntake()
})

afterAll(() => server.close())

const PATH = '/api/1/envelope/'
const basic = (user: string) => `Basic ${Buffer.from(`${user}:`).toString('base64')}`
const header = (key: string) => ({ 'x-sentry-auth': `Sentry sentry_key=${key}, sentry_version=7` })

describe('a key', () => {
  test.each<[string, string, Record<string, string>]>([
    ['in the query', `${PATH}?sentry_key=${KEY}&sentry_version=7`, {}],
    ['in X-Sentry-Auth', PATH, header(KEY)],
    [
      'in X-Sentry-Auth in another order, without spaces',
      PATH,
      { 'x-sentry-auth': `Sentry sentry_version=7,sentry_client=x/1,sentry_key=${KEY}` },
    ],
    ['in Authorization: Sentry', PATH, { authorization: `Sentry sentry_key=${KEY}` }],
    ['in Authorization: Basic', PATH, { authorization: basic(KEY) }],
    ['twice', `${PATH}?sentry_key=${KEY}`, header(KEY)],
    ['of a reader too old to know better', PATH, { 'x-sentry-auth': `sentry_key=${KEY}` }],
  ])('%s is accepted', async (_, path, headers) => {
    const answer = await server.post(path, eventEnvelope(), headers)
    expect(answer).toMatchObject({ status: 200, body: `{"id":"${EVENT_ID}"}` })
  })

  test('in the DSN of the envelope is accepted where there is no other', async () => {
    const dsn = `http://${KEY}@mayday.example/1`
    const body = envelopeOf([{ header: { type: 'event' }, payload: '{}' }], { dsn })
    expect((await server.post(PATH, body)).status).toBe(200)
  })

  test.each<[string, number, string, Record<string, string> | { dsn: string }]>([
    ['no key at all', 401, PATH, {}],
    ['an empty header', 401, PATH, { 'x-sentry-auth': '' }],
    ['a header without a key', 401, PATH, { 'x-sentry-auth': 'Sentry sentry_version=7' }],
    ['a key that is none', 400, `${PATH}?sentry_key=abc`, {}],
    ['a protocol version of the future', 400, `${PATH}?sentry_key=${KEY}&sentry_version=8`, {}],
    ['a project id that is no number', 400, `/api/one/envelope/?sentry_key=${KEY}`, {}],
    ['a project id with a path in it', 400, `/api/..%2f1/envelope/?sentry_key=${KEY}`, {}],
    ['project 0', 400, `/api/0/envelope/?sentry_key=${KEY}`, {}],
    ['an unknown key', 403, `${PATH}?sentry_key=${WRONG_KEY}`, {}],
    ["another project's key", 403, `${PATH}?sentry_key=${OTHER_KEY}`, {}],
    ['an unknown project', 403, `/api/99999999999/envelope/?sentry_key=${KEY}`, {}],
    ['a disabled key', 403, `${PATH}?sentry_key=${DISABLED_KEY}`, {}],
    ['a DSN with an unknown key', 403, PATH, { dsn: `http://${WRONG_KEY}@h/1` }],
    ["another project's DSN", 403, PATH, { dsn: `http://${OTHER_KEY}@h/2` }],
    ['a DSN with a disabled key', 403, PATH, { dsn: `http://${DISABLED_KEY}@h/1` }],
    ['a DSN that is none', 401, PATH, { dsn: 'mayday' }],
  ])('%s is answered with %i', async (_, status, path, carried) => {
    const { dsn, ...headers } = carried as Record<string, string>
    const body = dsn === undefined ? eventEnvelope() : envelopeOf([], { dsn })
    const answer = await server.post(path, body, headers)
    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining('"detail":"')])
    expect(JSON.parse(answer.body)).toEqual({
      detail: expect.any(String),
      causes: expect.any(Array),
    })
    expect(answer.headers['x-sentry-error']).toBe(JSON.parse(answer.body).detail)
  })

  test('that is disabled has its events counted', async () => {
    await server.counted()
    await server.postEnvelope(eventEnvelope(), {}, DISABLED_KEY)
    expect(await server.counted()).toEqual({ 'invalid/key_disabled/error': 1 })
  })

  test('that nobody knows leaves no count: there is no owner to show it to', async () => {
    await server.counted()
    await server.postEnvelope(eventEnvelope(), {}, WRONG_KEY)
    expect(await server.counted()).toEqual({})
  })
})

describe('an envelope', () => {
  test('is in the journal, as it came, when its 200 is sent', async () => {
    const before = (await server.records()).length
    const calls = server.appended()
    const answer = await server.post(PATH, eventEnvelope({ message: 'kept' }), {
      'x-sentry-auth': `Sentry sentry_key=${KEY}, sentry_client=sentry.python/2.68.0`,
      'user-agent': 'urllib',
    })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toContain('application/json')
    expect(server.appended()).toBe(calls + 1)
    const record = (await server.records())[before]
    expect(record).toMatchObject({
      projectId: 1,
      keyId: 11,
      eventId: EVENT_ID,
      events: 1,
      encoding: 'identity',
      clientIp: '127.0.0.1',
      client: 'sentry.python/2.68.0',
      body: eventEnvelope({ message: 'kept' }),
    })
    expect(Math.abs(Date.now() - record!.receivedAtMs)).toBeLessThan(60_000)
  })

  test.each([
    'application/x-sentry-envelope',
    'application/json',
    'text/plain;charset=UTF-8',
    'multipart/form-data; boundary=x',
    'no media type',
    ';',
    '',
  ])('is taken with the Content-Type "%s"', async (type) => {
    const answer = await server.postEnvelope(eventEnvelope(), { 'content-type': type })
    expect(answer.status).toBe(200)
  })

  test.each(['/api/1/envelope', '/api/1/envelope/', '/api/%31/envelope/', '/api/01/envelope'])(
    'is taken at %s',
    async (path) => {
      expect((await server.post(`${path}?sentry_key=${KEY}`, eventEnvelope())).status).toBe(200)
    },
  )

  test('is taken with and without a slash also where Fastify tells them apart', async () => {
    const strict = await startIntake({ ignoreTrailingSlash: false })
    for (const path of ['/api/1/envelope', '/api/1/envelope/']) {
      const answer = await strict.post(`${path}?sentry_key=${KEY}`, eventEnvelope())
      expect(answer.status).toBe(200)
    }
    await strict.close()
  })
})

describe('browsers', () => {
  test.each([PATH, '/api/1/store/', '/api/1/unknown/'])('may ask first at %s', async (path) => {
    const answer = await server.send('OPTIONS', path, { origin: 'https://shop.example' })
    if (path.includes('unknown')) return expect(answer.headers).toMatchObject(READABLE)
    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({
      ...READABLE,
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringContaining('x-sentry-auth'),
      'access-control-max-age': '3600',
    })
  })

  const READABLE = {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'x-sentry-error, x-sentry-rate-limits, retry-after',
  }

  test.each<[number, string, string, Buffer]>([
    [200, 'POST', `${PATH}?sentry_key=${KEY}`, eventEnvelope()],
    [400, 'POST', `${PATH}?sentry_key=${KEY}`, Buffer.from('nonsense')],
    [401, 'POST', PATH, eventEnvelope()],
    [403, 'POST', `${PATH}?sentry_key=${WRONG_KEY}`, eventEnvelope()],
    [404, 'POST', '/api/1/envelop/', eventEnvelope()],
    [405, 'GET', PATH, Buffer.alloc(0)],
    [413, 'POST', `${PATH}?sentry_key=${KEY}`, eventEnvelope({ extra: 'x'.repeat(1_100_000) })],
  ])('may read an answer %i', async (status, method, path, body) => {
    const headers = { origin: 'https://shop.example' }
    const answer =
      method === 'POST'
        ? await server.post(path, body, headers)
        : await server.send(method, path, headers)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject(READABLE)
  })
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD'])('%s is answered with 405', async (method) => {
  const answer = await server.send(method, `${PATH}?sentry_key=${KEY}`)
  expect(answer.status).toBe(405)
  expect(answer.headers.allow).toBe('POST, OPTIONS')
})

test('the 404 of the web API stays its own', async () => {
  const answer = await server.post('/api/0/nothing/', '')
  expect(answer.status).toBe(404)
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
})

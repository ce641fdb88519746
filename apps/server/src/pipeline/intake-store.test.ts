import { deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  EVENT_ID,
  eventEnvelope,
  type IntakeServer,
  KEY,
  startIntake,
} from '../../test/intake-server.ts'

let server: IntakeServer

beforeAll(async () => {
  server = await startIntake()
})

afterAll(() => server.close())

const PATH = `/api/1/store/?sentry_key=${KEY}`
const JSON_EVENT = JSON.stringify({ event_id: EVENT_ID, message: 'ünïcode' })
const base64 = (body: string | Buffer) => Buffer.from(body).toString('base64')

async function keptBy(body: string | Buffer, headers: Record<string, string> = {}) {
  const before = server.appended()
  const answer = await server.post(PATH, body, headers)
  const record = server.appended() > before ? (await server.records()).at(-1) : undefined
  const payload = record?.envelope.items[0]?.payload
  return { answer, record, event: payload && JSON.parse(Buffer.from(payload).toString()) }
}

describe('a single event is kept as an envelope', () => {
  test.each<[string, string | Buffer, Record<string, string>]>([
    ['as JSON', JSON_EVENT, { 'content-type': 'application/json' }],
    ['as JSON without a Content-Type', JSON_EVENT, {}],
    ['as JSON called octets', JSON_EVENT, { 'content-type': 'application/octet-stream' }],
    ['as JSON called a form', JSON_EVENT, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['as packed JSON', gzipSync(JSON_EVENT), { 'content-encoding': 'gzip' }],
    ['as Base64 of zlib', base64(deflateSync(JSON_EVENT)), {}],
    ['as Base64 with line breaks', base64(deflateSync(JSON_EVENT)).replace(/.{20}/g, '$&\r\n'), {}],
    ['as Base64 of JSON', base64(JSON_EVENT), {}],
    ['after a byte order mark', `\ufeff${JSON_EVENT}`, {}],
    ['after blanks', `\r\n  ${JSON_EVENT}\n`, {}],
    ['in an envelope', eventEnvelope({ message: 'ünïcode' }), envelopeType()],
  ])('%s', async (_, body, headers) => {
    const { answer, record, event } = await keptBy(body, headers)
    expect(answer).toMatchObject({ status: 200, body: `{"id":"${EVENT_ID}"}` })
    expect(record).toMatchObject({ eventId: EVENT_ID, events: 1, projectId: 1, keyId: 11 })
    expect(record?.envelope.header.event_id).toBe(EVENT_ID)
    expect(event.message).toBe('ünïcode')
  })

  test('with NaN and Infinity, which become null; texts keep them', async () => {
    const body = '{"extra":{"a":NaN,"b":-Infinity,"c":[Infinity],"d":"NaN \\" Infinity"}}'
    expect((await keptBy(body)).event).toEqual({
      extra: { a: null, b: null, c: [null], d: 'NaN " Infinity' },
    })
  })

  test('with an id of its own where it brings none', async () => {
    const { answer, record } = await keptBy('{"message":"x"}')
    expect(JSON.parse(answer.body).id).toMatch(/^[0-9a-f]{32}$/)
    expect(record?.eventId).toBe(JSON.parse(answer.body).id)
  })
})

test('a transaction is answered with its id and counted as unsupported', async () => {
  await server.counted()
  const { answer, record } = await keptBy(`{"type":"transaction","event_id":"${EVENT_ID}"}`)
  expect(answer).toMatchObject({ status: 200, body: `{"id":"${EVENT_ID}"}` })
  expect(record).toBeUndefined()
  expect(await server.counted()).toEqual({ 'filtered/unsupported_item/transaction': 1 })
})

test.each<[string, number, string | Buffer]>([
  ['nothing', 400, ''],
  ['only blanks', 400, '  \n'],
  ['broken JSON', 400, '{"message":'],
  ['a text without an end, full of quotation marks', 400, `{"${'\\"'.repeat(60_000)}`],
  ['a list', 400, '[]'],
  ['a text', 400, 'hello, world!'],
  ['Base64 of nonsense', 400, base64('nonsense')],
  ['Base64 of cut zlib data', 400, base64(deflateSync(JSON_EVENT).subarray(0, 20))],
  ['C03: Base64 of a bomb', 413, base64(deflateSync(Buffer.alloc(50_000_000)))],
  ['an event over 1 MiB', 413, JSON.stringify({ message: 'x'.repeat(1_100_000) })],
  ['C10: deep JSON', 400, `{"a":${'['.repeat(100_000)}`],
  ['C19: a path as id', 400, '{"event_id":"../../etc/passwd"}'],
])('%s is answered with %i', async (_, status, body) => {
  const { answer, record } = await keptBy(body)
  expect([answer.status, record]).toEqual([status, undefined])
})

test('no key is answered with 401, whatever the body says', async () => {
  const body = JSON.stringify({ dsn: `http://${KEY}@h/1` })
  expect((await server.post('/api/1/store/', body)).status).toBe(401)
})

function envelopeType() {
  return { 'content-type': 'application/x-sentry-envelope' }
}

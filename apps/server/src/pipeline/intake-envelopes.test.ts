import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { newEventId } from '@mayday/protocol/event-id'
import {
  EVENT_ID,
  envelopeOf,
  eventEnvelope,
  type IntakeServer,
  startIntake,
} from '../../test/intake-server.ts'

let server: IntakeServer

beforeAll(async () => {
  server = await startIntake()
})

afterEach(async () => {
  await server.counted()
  expect(server.logged).toEqual([])
})

afterAll(() => server.close())

const EVENT = { header: { type: 'event' }, payload: '{"message":"first"}' }
const HEADER = `{"event_id":"${EVENT_ID}"}`

/** What the newest record holds; undefined when none came. */
async function keptBy(body: string | Buffer, headers: Record<string, string> = {}) {
  const before = server.appended()
  const answer = await server.postEnvelope(body, headers)
  const record = server.appended() > before ? (await server.records()).at(-1) : undefined
  return { answer, record }
}

describe('vectors', () => {
  test.each(['{}', '{}\n'])(
    'an envelope without items (%j) is answered with 200 {}',
    async (body) => {
      const { answer, record } = await keptBy(body)
      expect([answer.status, answer.body, record]).toEqual([200, '{}', undefined])
    },
  )

  test.each([
    ['without lengths and final line feed', `${HEADER}\n{"type":"event"}\n{"message":"a"}`],
    ['with length and line feeds inside', envelopeWithPrettyEvent()],
    [
      'with a blank line between items, as Ruby writes it',
      `${HEADER}\n{"type":"event"}\n{}\n\n{"type":"client_report"}\n{"discarded_events":[]}\n`,
    ],
  ])('an event %s is kept', async (_, body) => {
    const { answer, record } = await keptBy(body)
    expect(answer).toMatchObject({ status: 200, body: `{"id":"${EVENT_ID}"}` })
    expect(record).toMatchObject({ events: 1, eventId: EVENT_ID, body: Buffer.from(body) })
  })

  test('50 items of all kinds are answered with 200', async () => {
    const types = ['session', 'transaction', 'attachment', 'replay_event', 'tomorrow', 'event']
    const items = Array.from({ length: 50 }, (_, i) => ({
      header: { type: types[i % types.length] },
      payload: '{}',
    }))
    expect((await server.postEnvelope(envelopeOf(items))).status).toBe(200)
  })
})

describe('C07: an item length', () => {
  test.each([
    ['one too small', 18],
    ['one too big', 20],
    ['far too big', 2 ** 53],
    ['negative', -1],
    ['a fraction', 18.5],
    ['a text', '19'],
  ])('that is %s is answered with 400', async (_, length) => {
    const body = `${HEADER}\n${JSON.stringify({ type: 'event', length })}\n${EVENT.payload}`
    const { answer, record } = await keptBy(body)
    expect([answer.status, record]).toEqual([400, undefined])
  })

  test('of 0 means an empty payload', async () => {
    const body = `${HEADER}\n{"type":"attachment","length":0}\n\n{"type":"event"}\n{}`
    expect((await keptBy(body)).record).toMatchObject({ events: 1 })
  })
})

describe('C08: items that are not processed', () => {
  test('are answered with 200 and counted in their categories', async () => {
    const types = ['transaction', 'session', 'profile', 'replay_event', 'tomorrow', '__proto__']
    const items = types.map((type) => ({ header: { type }, payload: '{}' }))
    const { answer, record } = await keptBy(envelopeOf(items))
    expect([answer.status, record]).toEqual([200, undefined])
    expect(await server.counted()).toEqual({
      'filtered/unsupported_item/transaction': 1,
      'filtered/unsupported_item/session': 1,
      'filtered/unsupported_item/profile': 1,
      'filtered/unsupported_item/replay': 1,
      'filtered/unsupported_item/default': 2,
    })
  })

  test('are left out of the journal when they are the larger part', async () => {
    const items = [
      { header: { type: 'replay_recording' }, payload: Buffer.alloc(500_000) },
      EVENT,
      { header: { type: 'client_report' }, payload: '{"discarded_events":[]}' },
    ]
    const { record } = await keptBy(envelopeOf(items))
    expect(record?.body.length).toBeLessThan(1000)
    expect(record?.envelope.header.event_id).toBe(EVENT_ID)
    expect(record?.envelope.items.map(({ header }) => header.type)).toEqual([
      'event',
      'client_report',
    ])
    expect(await server.counted()).toEqual({ 'filtered/unsupported_item/replay': 1 })
  })

  test('over 100 items are answered with 400 and counted', async () => {
    const items = Array.from({ length: 100_000 }, () => ({ header: { type: 'x' }, payload: '' }))
    const { answer, record } = await keptBy(envelopeOf(items))
    expect([answer.status, record]).toEqual([400, undefined])
    expect(await server.counted()).toEqual({ 'invalid/too_many_items/error': 1 })
  })

  test('a client report alone is kept for digest', async () => {
    const report = { header: { type: 'client_report' }, payload: '{"discarded_events":[]}' }
    const { answer, record } = await keptBy(envelopeOf([report], {}))
    expect([answer.status, answer.body]).toEqual([200, '{}'])
    expect(record).toMatchObject({ events: 0, eventId: '' })
  })

  test('a client report that is too large is dropped, counted, and its event kept', async () => {
    const report = { header: { type: 'client_report' }, payload: ' '.repeat(200_000) }
    const { record } = await keptBy(envelopeOf([report, EVENT]))
    expect(record?.envelope.items.map(({ header }) => header.type)).toEqual(['event'])
    expect(await server.counted()).toEqual({ 'invalid/too_large/internal': 1 })
  })
})

test('C09: two events, a session and an attachment: all but the session are kept', async () => {
  const second = { header: { type: 'event' }, payload: '{"message":"second"}' }
  const session = { header: { type: 'session' }, payload: '{}' }
  const attachment = { header: { type: 'attachment' }, payload: 'x' }
  const { answer, record } = await keptBy(envelopeOf([EVENT, session, attachment, second]))
  expect(answer.status).toBe(200)
  expect(record).toMatchObject({ events: 2, eventId: EVENT_ID })
  expect(await server.counted()).toEqual({
    'filtered/unsupported_item/session': 1,
  })
})

describe('C10: nesting', () => {
  const nested = (depth: number, open: string, close: string) =>
    `{"extra":${open.repeat(depth)}1${close.repeat(depth)}}`

  test.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('%s 1,000,000 deep are answered with 400 and counted', async (_, open, close) => {
    const depth = Math.floor(1_000_000 / (open.length + close.length))
    const payload = nested(depth, open, close)
    const { answer, record } = await keptBy(envelopeOf([{ header: { type: 'event' }, payload }]))
    expect([answer.status, record]).toEqual([400, undefined])
    expect(await server.counted()).toEqual({ 'invalid/too_deep/error': 1 })
  })

  test('128 levels are kept, 129 refused; brackets in texts do not count', async () => {
    const statusOf = async (payload: string) =>
      (await keptBy(envelopeOf([{ header: { type: 'event' }, payload }]))).answer.status
    expect(await statusOf(nested(127, '[', ']'))).toBe(200)
    expect(await statusOf(nested(128, '[', ']'))).toBe(400)
    expect(await statusOf(JSON.stringify({ message: `\\"${'['.repeat(500)}` }))).toBe(200)
  })

  test('deep headers are answered with 400', async () => {
    const deep = `{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`
    expect((await server.postEnvelope(deep)).status).toBe(400)
    expect((await server.postEnvelope(`{}\n{"type":"event","a":${deep}}\n{}`)).status).toBe(400)
  })
})

describe('C11 to C17, C20: what is odd inside an event is none of the business of intake', () => {
  const payloads: [string, string | Buffer][] = [
    ['100,000 tags', JSON.stringify({ tags: Object.fromEntries(many(20_000, (i) => [i, i])) })],
    ['10,000 exceptions', JSON.stringify({ exception: many(10_000, () => ({ type: 'E' })) })],
    ['a message of 1 MB', JSON.stringify({ message: 'x'.repeat(1_000_000) })],
    ['numbers without end', '{"extra":[1e400,-0,9223372036854775808,1e131071]}'],
    ['keys of the prototype', '{"__proto__":{"a":1},"constructor":{"prototype":{}},"a":1,"a":2}'],
    ['NUL and lone surrogates', '{"message":"\\u0000 \\ud800","tags":{"\\udc00":"\\u0000"}}'],
    ['raw NUL', Buffer.from('{"message":"a\0b"}')],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0xc0, 0x80, 0x7d])],
    ['a byte order mark', Buffer.from('\ufeff{"message":"x"}')],
    ['a text', '"event"'],
    ['null', 'null'],
    ['no JSON', 'not json at all'],
    ['nothing', ''],
    ['odd times', '{"timestamp":"NaN"}'],
    ['wrong types', '{"message":[],"level":{},"tags":7,"exception":"x","breadcrumbs":false}'],
  ]

  test.each(payloads)('%s: 200 with the id of the header', async (_, payload) => {
    const { answer, record } = await keptBy(envelopeOf([{ header: { type: 'event' }, payload }]))
    expect(answer).toMatchObject({ status: 200, body: `{"id":"${EVENT_ID}"}` })
    expect(Buffer.from(payload).equals(record!.envelope.items[0]!.payload)).toBe(true)
  })

  test('C16: an envelope in UTF-16 is answered with 400', async () => {
    const body = Buffer.from(eventEnvelope().toString(), 'utf16le')
    expect((await server.postEnvelope(body)).status).toBe(400)
  })
})

test('C18: the same event twice is answered with 200 twice; digest stores it once', async () => {
  const body = eventEnvelope()
  const answers = await Promise.all([server.postEnvelope(body), server.postEnvelope(body)])
  expect(answers.map(({ status, body }) => [status, body])).toEqual(
    Array(2).fill([200, `{"id":"${EVENT_ID}"}`]),
  )
})

describe('C19: an event id', () => {
  const DASHED = 'CCCCCCCC-cccc-cccc-cccc-cccccccccccc'
  const idWith = async (header: object, payload: object) => {
    const item = { header: { type: 'event' }, payload: JSON.stringify(payload) }
    const { answer, record } = await keptBy(envelopeOf([item], { ...header }))
    const id = answer.status === 200 ? (JSON.parse(answer.body).id as string) : answer.status
    expect(record?.eventId).toBe(answer.status === 200 ? id : undefined)
    return id
  }

  test('in the header wins over the one in the payload, dashed or in capitals', async () => {
    expect(await idWith({ event_id: DASHED }, { event_id: newEventId() })).toBe(EVENT_ID)
  })

  test('in the payload stands where the header has none', async () => {
    expect(await idWith({}, { event_id: DASHED })).toBe(EVENT_ID)
  })

  test.each([
    ['missing', {}],
    ['nil', { event_id: '0'.repeat(32) }],
    ['a path', { event_id: '../../etc/passwd' }],
    ['a number', { event_id: 7 }],
  ])('that is %s in the payload is replaced by a new one', async (_, payload) => {
    const ids = [await idWith({}, payload), await idWith({}, payload)]
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(ids[1]).toMatch(/^[0-9a-f]{32}$/)
    expect(ids[0]).not.toBe(ids[1])
  })

  test.each(['../../etc/passwd', 'x'.repeat(36), '0'.repeat(32), 7, {}])(
    'in the header that is %j is answered with 400',
    async (id) => {
      expect(await idWith({ event_id: id }, {})).toBe(400)
    },
  )
})

function envelopeWithPrettyEvent(): string {
  const payload = JSON.stringify({ message: 'a', extra: { b: [1, 2] } }, null, 2)
  return `${HEADER}\n{"type":"event","length":${payload.length}}\n${payload}\n`
}

function many<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i))
}

describe('attachments', () => {
  const file = (bytes: number) => ({ header: { type: 'attachment' }, payload: Buffer.alloc(bytes) })

  test('alone are kept under the id of the event that they belong to', async () => {
    const { answer, record } = await keptBy(envelopeOf([file(10)]))
    expect(answer.status).toBe(200)
    expect(record).toMatchObject({ events: 0, eventId: EVENT_ID })
  })

  test('beyond twenty are dropped and counted, and the event is kept', async () => {
    const files = Array.from({ length: 25 }, () => file(10))
    const { record } = await keptBy(envelopeOf([EVENT, ...files]))
    expect(record?.envelope.items).toHaveLength(21)
    expect(await server.counted()).toEqual({ 'invalid/too_many_items/attachment': 5 })
  })

  test('that are too large, alone or together, are dropped and counted', async () => {
    const MIB = 1024 * 1024
    const files = [21, 20, 20, 20].map((mib) => file(mib * MIB))
    const packed = gzipSync(envelopeOf([EVENT, ...files, file(9)]))
    const { record } = await keptBy(packed, { 'content-encoding': 'gzip' })
    expect(record?.envelope.items.map(({ payload }) => payload.length).slice(1)).toEqual([
      20 * MIB,
      20 * MIB,
      9,
    ])
    expect(await server.counted()).toEqual({ 'invalid/too_large/attachment': 2 })
  })
})

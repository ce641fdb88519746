import { afterEach, describe, expect, test } from '@jest/globals'
import {
  EVENT_ID,
  envelopeOf,
  eventEnvelope,
  type IntakeServer,
  KEY,
  KeyTable,
  LIMITED_KEY,
  startIntake,
} from '../../test/intake-server.ts'

let server: IntakeServer

afterEach(() => server.close())

const EVENT = { header: { type: 'event' }, payload: '{}' }
const REPORT = { header: { type: 'client_report' }, payload: '{"discarded_events":[]}' }
const SESSION = { header: { type: 'session' }, payload: '{}' }
const LIMITS = /^(\d+):error;default;security;attachment:key:quota$/

const postLimited = (items: (typeof EVENT)[]) =>
  server.postEnvelope(envelopeOf(items), {}, LIMITED_KEY)

describe('B16: a key with a rate limit', () => {
  test('refuses what is over it with 429, both headers, and counts it', async () => {
    server = await startIntake()
    const answers = []
    for (let i = 0; i < 5; i++) answers.push(await postLimited([EVENT]))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429])
    expect(answers[1]?.headers['x-sentry-rate-limits']).toBeUndefined()
    // Told with the event that used it up, before anything is lost.
    expect(answers[2]?.headers['x-sentry-rate-limits']).toMatch(LIMITS)
    const refused = answers[3]
    expect(refused?.headers['x-sentry-rate-limits']).toMatch(LIMITS)
    const seconds = Number(refused?.headers['retry-after'])
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(300)
    expect(JSON.parse(refused!.body).detail).toContain('rate limit')
    expect(await server.counted()).toEqual({ 'rate_limited/quota/error': 2 })
    expect(await server.records()).toHaveLength(3)
  })

  test('lets exactly its count through in a parallel burst', async () => {
    server = await startIntake()
    const answers = await Promise.all(Array.from({ length: 40 }, () => postLimited([EVENT])))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(await server.counted()).toEqual({ 'rate_limited/quota/error': 37 })
  })

  test('keeps taking sessions and client reports', async () => {
    server = await startIntake()
    for (let i = 0; i < 4; i++) await postLimited([EVENT])
    const session = await postLimited([SESSION])
    expect(session.status).toBe(200)
    expect(session.headers['x-sentry-rate-limits']).toMatch(LIMITS)
    expect((await postLimited([REPORT])).status).toBe(200)
  })

  test('takes a part of an envelope: 200 with the header, the rest counted and not kept', async () => {
    server = await startIntake()
    const answer = await postLimited([EVENT, EVENT, REPORT, EVENT, EVENT])
    expect(answer).toMatchObject({ status: 200, body: `{"id":"${EVENT_ID}"}` })
    expect(answer.headers['x-sentry-rate-limits']).toMatch(LIMITS)
    const mixed = await postLimited([EVENT, REPORT])
    expect(mixed.status).toBe(200)
    const types = (await server.records()).map(({ envelope, events }) => [
      events,
      ...envelope.items.map(({ header }) => header.type),
    ])
    expect(types).toEqual([
      [3, 'event', 'event', 'client_report', 'event'],
      [0, 'client_report'],
    ])
    expect(await server.counted()).toEqual({ 'rate_limited/quota/error': 2 })
  })

  test('does not touch the other keys of its project', async () => {
    server = await startIntake()
    for (let i = 0; i < 5; i++) await postLimited([EVENT])
    const answer = await server.postEnvelope(eventEnvelope())
    expect(answer.status).toBe(200)
    expect(answer.headers['x-sentry-rate-limits']).toBeUndefined()
  })
})

test('a full journal is answered with 503 and Retry-After, kept are exactly those with 200', async () => {
  server = await startIntake({ maxBytes: 300_000 })
  const body = eventEnvelope({ message: 'x'.repeat(30_000) })
  const answers = []
  for (let i = 0; i < 15; i++) answers.push(await server.postEnvelope(body))
  const refused = answers.filter(({ status }) => status === 503)
  const accepted = answers.filter(({ status }) => status === 200)
  expect(refused.length + accepted.length).toBe(15)
  expect(refused.length).toBeGreaterThan(0)
  expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThanOrEqual(5)
  expect(refused[0]?.headers['access-control-allow-origin']).toBe('*')
  expect(await server.records()).toHaveLength(accepted.length)
  expect(await server.counted()).toEqual({ 'rate_limited/overloaded/error': refused.length })
})

test('a journal that cannot be written is answered with 503 and named once in the log', async () => {
  server = await startIntake()
  await server.journal.close()
  for (let i = 0; i < 3; i++) {
    expect((await server.postEnvelope(eventEnvelope())).status).toBe(503)
  }
  expect(server.logged).toHaveLength(1)
  expect(String(server.logged[0])).toContain('The journal is closed')
})

describe('keys', () => {
  const hex = (number: number) => number.toString(16).padStart(32, '0')

  test('B13: a flood of bad keys gets 403, and shares statements', async () => {
    const table = new KeyTable()
    server = await startIntake({ table })
    const before = table.statements
    let sent = 0
    const startedAtMs = performance.now()
    const flood = async () => {
      while (sent < 1500) {
        const answer = await server.postEnvelope(eventEnvelope(), {}, hex(sent++))
        expect(answer.status).toBe(403)
      }
    }
    await Promise.all(Array.from({ length: 300 }, flood))
    const seconds = (performance.now() - startedAtMs) / 1000
    // Five a second, however many come.
    expect(table.statements - before).toBeLessThanOrEqual(Math.ceil(seconds * 5) + 2)
    expect(table.statements - before).toBeLessThan(1500 / 100)
  }, 30_000)

  test('B13: the same bad key is asked for once', async () => {
    const table = new KeyTable()
    server = await startIntake({ table })
    const before = table.statements
    for (let i = 0; i < 50; i++) await server.postEnvelope(eventEnvelope(), {}, hex(7))
    expect(table.statements).toBe(before + 1)
  })

  test('B14: wrong keys for a project leave its right one untouched', async () => {
    server = await startIntake()
    const wrong = Array.from({ length: 100 }, (_, i) =>
      server.postEnvelope(eventEnvelope(), {}, hex(i % 10)),
    )
    const right = Array.from({ length: 20 }, () => server.postEnvelope(eventEnvelope()))
    expect((await Promise.all(right)).map(({ status }) => status)).toEqual(Array(20).fill(200))
    for (const answer of await Promise.all(wrong)) expect(answer.status).toBe(403)
  })

  test('a right key at the wrong project does not hinder it at its own', async () => {
    server = await startIntake()
    const wrong = await server.post(`/api/2/envelope/?sentry_key=${KEY}`, eventEnvelope())
    expect([wrong.status, (await server.postEnvelope(eventEnvelope())).status]).toEqual([403, 200])
  })

  test('a key that is made later is accepted at its first event', async () => {
    const table = new KeyTable([])
    server = await startIntake({ table })
    const key = { id: 9, projectId: 1, publicKey: KEY, isActive: true, rateLimit: null }
    table.keys.push(key)
    expect((await server.postEnvelope(eventEnvelope())).status).toBe(200)
  })

  test.each(['away', 'frozen'] as const)(
    'A08: while the database is %s known keys get 200, unknown ones 503',
    async (state) => {
      const table = new KeyTable()
      server = await startIntake({ table })
      table.state = state
      expect((await server.postEnvelope(eventEnvelope())).status).toBe(200)
      const unknown = await server.postEnvelope(eventEnvelope(), {}, hex(1))
      expect(unknown.status).toBe(503)
      expect(Number(unknown.headers['retry-after'])).toBeGreaterThanOrEqual(5)
      expect((await server.postEnvelope(eventEnvelope())).status).toBe(200)
    },
  )
})

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { eventEnvelope, type IntakeServer, KEY, startIntake } from '../../test/intake-server.ts'

const RUNS = 400
const GOOD_PATH = `/api/1/envelope/?sentry_key=${KEY}`
const asItIs = (bytes: Buffer) => bytes
let server: IntakeServer

beforeAll(async () => {
  server = await startIntake()
})

afterAll(() => server.close())

const line = fc.oneof(
  fc.json().map(String),
  fc.constantFrom('{"type":"event"}', '{"type":"event","length":2}', '{"type":null}', '{}', ''),
  fc.string({ unit: 'binary', maxLength: 60 }),
)
const envelopeLike = fc
  .array(line, { maxLength: 8 })
  .map((lines) => Buffer.from([`{"event_id":"${'c'.repeat(32)}"}`, ...lines].join('\n')))
const changedEnvelope = fc
  .tuple(fc.nat({ max: 200 }), fc.nat({ max: 255 }), fc.nat({ max: 200 }))
  .map(([at, byte, length]) => {
    const bytes = eventEnvelope({ message: 'some event', extra: { a: [1, 2, { b: null }] } })
    bytes[at % bytes.length] = byte
    return bytes.subarray(0, Math.max(1, bytes.length - (length > 100 ? 0 : length)))
  })
const plain = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  envelopeLike,
  changedEnvelope,
)
const body = fc.tuple(
  plain,
  fc.constantFrom<(bytes: Buffer) => Buffer>(
    asItIs,
    (bytes) => gzipSync(bytes),
    (bytes) => deflateSync(bytes),
    (bytes) => brotliCompressSync(bytes),
    (bytes) => Buffer.from(bytes.toString('base64')),
  ),
)
const headerValue = fc
  .string({ maxLength: 40 })
  .map((text) => text.replace(/[^\x20-\x7e]/g, '').trim())
const headers = fc.record(
  {
    'content-type': headerValue,
    'content-encoding': fc.oneof(
      fc.constantFrom('gzip', 'deflate', 'br', 'zstd', '', 'gzip, br'),
      headerValue,
    ),
    'x-sentry-auth': fc.oneof(
      headerValue,
      headerValue.map((text) => `Sentry ${text},sentry_key=${KEY}`),
    ),
    authorization: fc.oneof(
      headerValue,
      headerValue.map((text) => `Basic ${text}`),
    ),
    'user-agent': headerValue,
  },
  { requiredKeys: [] },
)
const path = fc.oneof(
  fc.constantFrom(GOOD_PATH, `/api/1/store/?sentry_key=${KEY}`, '/api/1/envelope'),
  fc.webPath().map((text) => `/api/${text}/store/?sentry_key=${KEY}`),
  fc.webQueryParameters().map((text) => `/api/1/envelope/?${text}`),
)

test('no body, header or path is ever answered with 500', async () => {
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(path, headers, body, async (path, headers, [bytes, pack]) => {
      const answer = await server.post(path, pack(bytes), headers as Record<string, string>)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      expect([200, 400, 401, 403, 404, 413, 415]).toContain(answer.status)
    }),
    // The first is a good one, since chance alone may make none.
    { numRuns: RUNS, examples: [[GOOD_PATH, {}, [eventEnvelope({ message: 'good' }), asItIs]]] },
  )
  expect(server.logged).toEqual([])
  // The generators reach the inside: not everything falls at the first check.
  expect(statuses.get(200)).toBeGreaterThan(0)
  expect(statuses.get(400)).toBeGreaterThan(0)
  // And the journal can be read back, whatever was accepted.
  expect((await server.records()).length).toBe(server.appended())
}, 60_000)

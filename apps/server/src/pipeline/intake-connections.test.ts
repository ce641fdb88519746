import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  converse,
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

afterEach(() => {
  expect(server.logged).toEqual([])
})

afterAll(() => server.close())

const BODY = eventEnvelope().toString()
const LENGTH = `Content-Length: ${BODY.length}\r\n`
const request = (headers: string, body: string) =>
  `POST /api/1/envelope/?sentry_key=${KEY} HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])

describe('B09: a chunked body', () => {
  test.each<[string, string]>([
    ['in one chunk', chunk(BODY)],
    ['in chunks of one byte', [...BODY].map(chunk).join('')],
    ['with trailers', chunk(BODY)],
    ['with chunk extensions', `${BODY.length.toString(16)};a=b\r\n${BODY}\r\n`],
  ])('%s, without any Content-Type, is kept', async (name, chunks) => {
    const end = name === 'with trailers' ? '0\r\nX-Sum: 1\r\n\r\n' : '0\r\n\r\n'
    const before = server.appended()
    const answer = await converse(
      server.connect(),
      request('Transfer-Encoding: chunked\r\n', chunks + end),
    )
    expect(answer).toContain(`{"id":"${EVENT_ID}"}`)
    expect(server.appended()).toBe(before + 1)
    expect((await server.records()).at(-1)?.body.toString()).toBe(BODY)
  })

  test('of a megabyte in chunks of one byte costs no more memory than it has bytes', async () => {
    const size = 1_000_000
    const before = process.memoryUsage()
    const answer = await converse(
      server.connect(),
      request('Transfer-Encoding: chunked\r\n', `${'1\r\nx\r\n'.repeat(size)}0\r\n\r\n`),
    )
    expect(statusOf(answer)).toBe(400)
    const { arrayBuffers } = process.memoryUsage()
    expect(arrayBuffers - before.arrayBuffers).toBeLessThan(60_000_000)
  }, 30_000)
})

test('a client that waits for 100 Continue gets it, then its answer', async () => {
  const socket = server.connect()
  const answered = converse(socket, request(`${LENGTH}Expect: 100-continue\r\n`, ''))
  await new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.write(BODY)
  const answer = await answered
  expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n/)
  expect(answer).toContain(`{"id":"${EVENT_ID}"}`)
})

test('two requests on one connection get two answers', async () => {
  const both = request(LENGTH, BODY).repeat(2)
  const answer = await converse(server.connect(), both, /(\{"id".*){2}/s)
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
})

test('after a refused request the next one on the connection is read rightly', async () => {
  const refused = request(LENGTH, BODY).replace(KEY, 'f'.repeat(32))
  const answer = await converse(
    server.connect(),
    refused + request(LENGTH, BODY),
    /HTTP.*HTTP.*\}/s,
  )
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 200'])
})

describe('B10, B11: framing that two readers may understand in two ways', () => {
  test.each<[string, string]>([
    ['both lengths', `${LENGTH}Transfer-Encoding: chunked\r\n`],
    ['two different lengths', `${LENGTH}Content-Length: 3\r\n`],
    ['a negative length', 'Content-Length: -5\r\n'],
    ['a length of 2^64', 'Content-Length: 18446744073709551616\r\n'],
    ['a length that is no number', 'Content-Length: 5x\r\n'],
    ['an encoding that is not chunked', 'Transfer-Encoding: xchunked\r\n'],
    ['a folded header', `${LENGTH}X-A: b\r\n c\r\n`],
  ])('%s: one answer at most, nothing kept twice', async (_, headers) => {
    const before = server.appended()
    const answer = await converse(server.connect(), request(headers, BODY), /$^/)
    expect(answer.match(/HTTP\/1\.1 \d+/g)?.length ?? 0).toBeLessThanOrEqual(1)
    expect(statusOf(answer)).toBe(400)
    expect(server.appended()).toBe(before)
  })

  test('a body longer than its length is not read as a request of its own', async () => {
    const before = server.appended()
    const answer = await converse(server.connect(), request(LENGTH, `${BODY}GARBAGE`), /$^/)
    expect(answer.match(/HTTP\/1\.1 \d+/g)?.at(-1)).toBe('HTTP/1.1 400')
    expect((await server.postEnvelope(BODY)).status).toBe(200)
    expect(server.appended() - before).toBeLessThanOrEqual(2)
  })
})

test('B08: headers over 16 KiB are answered with 431', async () => {
  const answer = await converse(
    server.connect(),
    request(`X-A: ${'a'.repeat(64 * 1024)}\r\n`, ''),
    /\r\n\r\n/,
  )
  expect(statusOf(answer)).toBe(431)
})

test('B07: connections reset in the middle of a body leave nothing behind', async () => {
  const before = server.appended()
  for (let sent = 0; sent < BODY.length; sent += 5) {
    const socket = server.connect()
    await new Promise<void>((resolve) => {
      socket.write(request(LENGTH, BODY.slice(0, sent)), () => {
        socket.resetAndDestroy()
        resolve()
      })
    })
  }
  expect((await server.postEnvelope(BODY)).status).toBe(200)
  expect(server.appended()).toBe(before + 1)
})

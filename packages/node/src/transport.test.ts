import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { parseDsn } from '@mayday/protocol/dsn'
import { type Sink, startSink } from './test-support/sink.ts'
import { Transport } from './transport.ts'

jest.setTimeout(30_000)

let sink: Sink
let transport: Transport
let spoolDirectory: string
const lines: string[] = []

beforeEach(async () => {
  sink = await startSink()
  lines.length = 0
  spoolDirectory = mkdtempSync(join(tmpdir(), 'mayday-spool-'))
  transport = new Transport(parseDsn(sink.dsn), (line) => lines.push(line), {
    spoolDirectory,
  })
})
afterEach(async () => {
  transport.close()
  await sink.close()
  rmSync(spoolDirectory, { recursive: true, force: true })
})

const payload = (text: string) => new TextEncoder().encode(JSON.stringify({ message: text }))
const send = (n: number, text = 'x') =>
  transport.send({
    eventId: n.toString(16).padStart(32, '0'),
    category: 'error',
    payload: payload(text),
  })
const reasons = () =>
  sink
    .reports()
    .flatMap((report) => report.discarded_events.map((entry) => [entry.reason, entry.quantity]))

test('events are sent, packed from 1 KB on', async () => {
  send(1, 'small')
  send(2, 'large '.repeat(400))
  expect(await transport.flush(5000)).toBe(true)
  expect(sink.events()).toHaveLength(2)
  const encodings = sink.received.map(({ headers }) => headers['content-encoding'])
  expect(encodings.sort()).toEqual(['gzip', undefined])
})

test.each([
  ['an IPv6 address', '::1', ''],
  ['a path before the project', '127.0.0.1', '/errors/here'],
])('a DSN with %s is understood', async (_, host, prefix) => {
  const other = await startSink(host, prefix)
  const client = new Transport(parseDsn(other.dsn), () => undefined)
  client.send({ eventId: 'a'.repeat(32), category: 'error', payload: payload('x') })
  expect(await client.flush(5000)).toBe(true)
  expect(other.received[0]?.path).toBe(`${prefix}/api/7/envelope/`)
  client.close()
  await other.close()
})

describe('bounds', () => {
  test('no more than 64 events wait, and those left out are counted', async () => {
    for (let n = 1; n <= 100; n++) send(n)
    expect(await transport.flush(10_000)).toBe(true)
    expect(sink.events()).toHaveLength(64)
    expect(reasons()).toEqual([['queue_overflow', 36]])
  })

  test('no more than 4 MiB wait', async () => {
    for (let n = 1; n <= 10; n++) send(n, 'x'.repeat(1024 * 1024 - 100))
    expect(await transport.flush(10_000)).toBe(true)
    expect(sink.events()).toHaveLength(4)
    expect(reasons()).toEqual([['queue_overflow', 6]])
  })
})

describe('the log', () => {
  test('says the same failure once a minute', async () => {
    const { port } = sink
    await sink.close()
    for (let n = 1; n <= 5; n++) {
      send(n)
      expect(await transport.flush(50)).toBe(false)
    }
    expect(lines.filter((line) => line.startsWith('could not send'))).toHaveLength(1)
    sink = await startSink('127.0.0.1', '', port)
  })
})

describe('rate limits', () => {
  test('after 429 nothing is sent until the time is over, and what is left out is counted', async () => {
    sink.answerWith((response) => {
      response.writeHead(429, { 'retry-after': '60' }).end()
    })
    send(1)
    await transport.flush(5000)
    for (let n = 2; n <= 30; n++) send(n)
    sink.answerWith((response) => response.end('{}'))
    await transport.flush(5000)
    expect(sink.events()).toHaveLength(1)
    expect(reasons()).toEqual([['ratelimit_backoff', 29]])
  })

  test('a limit on one category, on an answer of 200, leaves the others alone', async () => {
    sink.answerWith((response) => {
      response.writeHead(200, { 'x-sentry-rate-limits': '60:error:project' }).end('{}')
    })
    send(1)
    await transport.flush(5000)
    send(2)
    transport.send({ eventId: 'f'.repeat(32), category: 'default', payload: payload('message') })
    await transport.flush(5000)
    expect(sink.events()).toHaveLength(2)
    expect(reasons()).toEqual([['ratelimit_backoff', 1]])
  })
})

describe('answers', () => {
  test.each([400, 403, 413, 302])('%d drops the event, counted', async (status) => {
    sink.answerWith((response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end()
    })
    send(1)
    await transport.flush(5000)
    expect(sink.events()).toHaveLength(1)
    sink.answerWith((response) => response.end('{}'))
    send(2)
    await transport.flush(5000)
    expect(reasons()).toContainEqual(['send_error', 1])
  })

  test('503 is tried again', async () => {
    let answers = 0
    sink.answerWith((response) => {
      answers++
      response.statusCode = answers === 1 ? 503 : 200
      response.end('{}')
    })
    send(1)
    expect(await transport.flush(10_000)).toBe(true)
    expect(sink.events()).toHaveLength(2)
  })

  test('an answer without end is not read to its end', async () => {
    sink.answerWith((response) => {
      const more = () => {
        if (!response.destroyed) response.write('x'.repeat(10_000), () => setImmediate(more))
      }
      more()
    })
    send(1)
    expect(await transport.flush(5000)).toBe(true)
  })

  test('garbage instead of HTTP is an error like any other', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('what?\r\n\r\n')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = new Transport(parseDsn(`http://${'a'.repeat(32)}@127.0.0.1:${port}/1`), (line) =>
      lines.push(line),
    )
    client.send({ eventId: 'a'.repeat(32), category: 'error', payload: payload('x') })
    expect(await client.flush(500)).toBe(false)
    expect(lines[0]).toContain('could not send')
    client.close()
    server.close()
  })
})

test('a server that comes back gets what was kept', async () => {
  const { port } = sink
  await sink.close()
  send(1)
  expect(await transport.flush(200)).toBe(false)
  sink = await startSink('127.0.0.1', '', port)
  expect(await transport.flush(10_000)).toBe(true)
  expect(sink.events()).toHaveLength(1)
})

test('a server that is silent is left after five seconds', async () => {
  sink.answerWith(() => undefined)
  send(1)
  expect(await transport.flush(50)).toBe(false)
  await new Promise<void>((resolve) => {
    const check = setInterval(() => {
      if (!lines.some((line) => line.includes('no answer within 5000 ms'))) return
      clearInterval(check)
      resolve()
    }, 20)
  })
})

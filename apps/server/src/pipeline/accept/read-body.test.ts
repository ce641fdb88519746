import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ByteBudget } from './byte-budget.ts'
import { readBody } from './read-body.ts'
import { Refusal } from './refusal.ts'

const TIMES = { wholeMs: 400, checkMs: 100, minBytes: 50 }
let server: Server
let socket: Socket
let budget: ByteBudget
let outcome: Promise<Buffer | Refusal>

beforeEach(async () => {
  budget = new ByteBudget(100_000)
  let receive: (request: IncomingMessage) => void
  const received = new Promise<IncomingMessage>((resolve) => {
    receive = resolve
  })
  server = createServer((request) => receive(request))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  outcome = received.then((request) => {
    const lease = budget.lease()
    return readBody(request, lease, TIMES)
      .catch((error: Refusal) => error)
      .finally(() => lease.release())
  })
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
})

afterEach(() => {
  socket.destroy()
  server.closeAllConnections()
  server.close()
})

test('a body in pieces of every size is put together in order', async () => {
  const parts = [1, 5, 2000, 3, 1, 40_000, 16, 900].map((size, i) => Buffer.alloc(size, 97 + i))
  for (const part of parts) {
    socket.write(Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, CRLF]))
  }
  socket.write('0\r\n\r\n')
  expect(((await outcome) as Buffer).equals(Buffer.concat(parts))).toBe(true)
  expect(budget.usedBytes).toBe(0)
})

test('B04: a body that stands still is refused with 408', async () => {
  socket.write('5\r\nhello\r\n')
  expect(await outcome).toMatchObject({ status: 408 })
})

test('B04: a body that drips is refused with 408 when its time is over', async () => {
  const timer = setInterval(() => socket.write(`64\r\n${'x'.repeat(100)}\r\n`), 30)
  expect(await outcome).toMatchObject({ status: 408 })
  clearInterval(timer)
})

test('a body that is larger than what all may hold is refused with 503', async () => {
  const size = 200_000
  socket.write(`${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`)
  expect(await outcome).toMatchObject({ status: 503, retryAfterSeconds: 10 })
  expect(budget.usedBytes).toBe(0)
})

test('a client that goes away is refused, so that nobody waits for it', async () => {
  socket.write('5\r\nhel', () => socket.resetAndDestroy())
  expect(await outcome).toBeInstanceOf(Refusal)
})

const CRLF = Buffer.from('\r\n')

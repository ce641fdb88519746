import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { EventPayload } from '@mayday/node'
import { FAILURES } from './make-it-fail.ts'

jest.setTimeout(60_000)

const MAIN = resolve(import.meta.dirname, '../dist/main.js')
const events: EventPayload[] = []
const lines: string[] = []
let sink: Server
let shop: ChildProcess

/** The shop fails once in every way, as `npm start -- --demo` lets it. */
beforeAll(async () => {
  sink = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const text = String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)
    const [, header, payload] = text.split('\n')
    if (header?.includes('"event"')) events.push(JSON.parse(payload ?? ''))
    response.end('{}')
  })
  sink.listen(0, '127.0.0.1')
  await once(sink, 'listening')
  const { port } = sink.address() as AddressInfo
  shop = spawn(process.execPath, [MAIN, '--fail'], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: '0',
      MAYDAY_DSN: `http://${'0'.repeat(31)}1@127.0.0.1:${port}/1`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: shop.stdout as NodeJS.ReadableStream })) {
    lines.push(line)
    // The last word: the process died of its timer and is being started again.
    if (line.startsWith('shop process ended')) break
  }
  await eventsAre(expected().length)
})

afterAll(async () => {
  const isOver = once(shop, 'exit')
  shop.kill('SIGTERM')
  await isOver
  sink.closeAllConnections()
  sink.close()
})

const expected = () =>
  FAILURES.flatMap(({ issue, times }) => (issue ? Array(times).fill(issue) : []))

async function eventsAre(count: number): Promise<void> {
  while (events.length < count) await new Promise((done) => setTimeout(done, 20))
}

const eventsOf = (route: string) => events.filter((event) => event.transaction === route)

test('every failure is reported as often as it happened, and nothing else', () => {
  expect(events).toHaveLength(expected().length)
  for (const { method, route, times, issue } of FAILURES) {
    expect([route, eventsOf(`${method} ${route}`).length]).toEqual([route, issue ? times : 0])
  }
})

describe('the first event of each route has the title that is promised', () => {
  test.each(
    // Which error an unwritable folder gives depends on who runs the shop.
    FAILURES.filter(({ issue }) => issue && !issue.includes('EACCES')),
  )('$method $route', ({ method, route, issue }) => {
    const [event] = eventsOf(`${method} ${route}`).sort((a, b) => a.timestamp - b.timestamp)
    const main = event?.exception?.values.at(-1)
    expect(main ? `${main.type}: ${main.value}` : event?.logentry?.formatted).toBe(issue)
  })
})

test('stacks show the TypeScript of the shop, with its lines', () => {
  const frames = eventsOf('GET /products/:id/quote')[0]?.exception?.values[0]?.stacktrace?.frames
  expect(frames?.filter((frame) => frame.in_app).at(-1)).toMatchObject({
    function: 'unitPrice',
    filename: expect.stringMatching(/src\/products\/pricing\.ts$/),
    context_line: '  return price.amount',
  })
})

test('several customers are affected', () => {
  const customers = eventsOf('GET /products/:id/quote').map((event) => event.user?.id)
  expect(new Set(customers).size).toBe(7)
})

test('the cause of an error comes with it', () => {
  expect(eventsOf('POST /checkout/:cart/order')[0]?.exception?.values).toMatchObject([
    { type: 'StockError', mechanism: { source: 'cause', data: { productId: 2, available: 2 } } },
    { type: 'CheckoutError' },
  ])
})

test('the process that runs out of memory leaves its evidence', () => {
  const [event] = eventsOf('GET /reports/export')
  expect(JSON.stringify(event?.exception?.values[0]?.mechanism?.data)).toContain(
    'heap out of memory',
  )
})

test('the error in a timer is fatal, knows its request, and the shop is started again', () => {
  expect(eventsOf('POST /newsletter')).toMatchObject([
    { level: 'fatal', request: { method: 'POST' }, contexts: { response: { status_code: 202 } } },
  ])
  expect(lines.at(-1)).toContain('exit code 1')
})

test('one line is printed for each route', () => {
  for (const { route, cause } of FAILURES) {
    expect(lines.some((line) => line.includes(route) && line.includes(cause))).toBe(true)
  }
})

test('the key of the payment provider does not leave the shop', () => {
  const event = eventsOf('POST /checkout/:cart/payment')[0]
  const urls = event?.breadcrumbs?.values.flatMap(({ data }) => data?.url ?? [])
  expect(urls).toEqual([expect.stringMatching(/cart=700&api_key=\[Filtered\]$/)])
})

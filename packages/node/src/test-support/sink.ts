import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { type Envelope, parseEnvelope } from '@mayday/protocol/envelope'
import type { EventPayload } from '@mayday/protocol/event'
import type { ClientReport } from '@mayday/protocol/outcome'

export type Received = {
  path: string
  headers: IncomingMessage['headers']
  envelope: Envelope
}

/** A server that takes envelopes on a real port and keeps them. */
export type Sink = {
  dsn: string
  port: number
  received: Received[]
  events(): EventPayload[]
  reports(): ClientReport[]
  /** Resolves with the events when there are at least that many. */
  waitForEvents(count: number): Promise<EventPayload[]>
  /** How the next requests are answered; the default is 200. */
  answerWith(answer: (response: ServerResponse) => void): void
  close(): Promise<void>
}

const PUBLIC_KEY = '0123456789abcdef0123456789abcdef'
const WAIT_MS = 15_000
const decoder = new TextDecoder()

export async function startSink(host = '127.0.0.1', prefix = '', onPort = 0): Promise<Sink> {
  const received: Received[] = []
  const waiting: (() => void)[] = []
  let answer = (response: ServerResponse) => {
    response.end('{}')
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const envelope = parseEnvelope(bytes)
    received.push({ path: request.url ?? '', headers: request.headers, envelope })
    for (const check of waiting) check()
    answer(response)
  })
  server.listen(onPort, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const payloads = (type: string) =>
    received
      .flatMap(({ envelope }) => envelope.items)
      .filter((item) => item.header.type === type)
      .map((item) => JSON.parse(decoder.decode(item.payload)))
  const events = () => payloads('event') as EventPayload[]
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  return {
    dsn: `http://${PUBLIC_KEY}@${authority}${prefix}/7`,
    port,
    received,
    events,
    reports: () => payloads('client_report') as ClientReport[],
    waitForEvents: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`${events().length} of ${count} events within ${WAIT_MS} ms`))
        }, WAIT_MS)
        const check = () => {
          if (events().length < count) return
          clearTimeout(timer)
          resolve(events())
        }
        waiting.push(check)
        check()
      }),
    answerWith: (next) => {
      answer = next
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

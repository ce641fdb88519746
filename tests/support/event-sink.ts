import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { parseEnvelope } from '@mayday/protocol/envelope'
import type { EventPayload } from '@mayday/protocol/event'
import { waitUntil } from './wait-until.ts'

/** Takes events on a real port and keeps them, where a whole server would only be in the way. */
export type EventSink = {
  dsn: string
  events(): EventPayload[]
  /** Everything that has arrived, unpacked, headers and all. */
  bytes(): string
  /** How many requests have come. */
  requests(): number
  /** How the next requests are answered; by 200 otherwise. */
  answerWith(answer: (response: ServerResponse) => void): void
  /** Resolves with the first event for which this holds, when it has arrived. */
  eventThat(holds: (event: EventPayload) => boolean, what: string): Promise<EventPayload>
  close(): Promise<void>
}

const PUBLIC_KEY = '0123456789abcdef0123456789abcdef'

export async function startEventSink(): Promise<EventSink> {
  const events: EventPayload[] = []
  const texts: string[] = []
  let answer = (response: ServerResponse) => {
    response.end('{}')
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const isGzip = request.headers['content-encoding'] === 'gzip'
    const plain = isGzip ? gunzipSync(body) : body
    texts.push(`${request.url} ${request.rawHeaders.join('\n')}\n${plain.toString()}`)
    for (const item of parseEnvelope(plain).items) {
      if (item.header.type !== 'event') continue
      events.push(JSON.parse(new TextDecoder().decode(item.payload)))
    }
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    dsn: `http://${PUBLIC_KEY}@127.0.0.1:${(server.address() as AddressInfo).port}/7`,
    events: () => events,
    bytes: () => texts.join('\n'),
    requests: () => texts.length,
    answerWith: (next) => {
      answer = next
    },
    eventThat: async (holds, what) => {
      await waitUntil(() => events.some(holds), `${what} has arrived as an event`)
      return events.find(holds) as EventPayload
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

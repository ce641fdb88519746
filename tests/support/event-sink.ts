import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { parseEnvelope } from '@mayday/protocol/envelope'
import type { EventPayload } from '@mayday/protocol/event'
import { waitUntil } from './wait-until.ts'

/** Takes events on a real port and keeps them, where a whole server would only be in the way. */
export type EventSink = {
  dsn: string
  events(): EventPayload[]
  /** Resolves with the first event for which this holds, when it has arrived. */
  eventThat(holds: (event: EventPayload) => boolean, what: string): Promise<EventPayload>
  close(): Promise<void>
}

const PUBLIC_KEY = '0123456789abcdef0123456789abcdef'

export async function startEventSink(): Promise<EventSink> {
  const events: EventPayload[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const isGzip = request.headers['content-encoding'] === 'gzip'
    for (const item of parseEnvelope(isGzip ? gunzipSync(body) : body).items) {
      if (item.header.type !== 'event') continue
      events.push(JSON.parse(new TextDecoder().decode(item.payload)))
    }
    response.end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    dsn: `http://${PUBLIC_KEY}@127.0.0.1:${(server.address() as AddressInfo).port}/7`,
    events: () => events,
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

import type { RunningServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import type { SentEvent } from './shop-events.ts'

/** Sends each event in an envelope of its own, as an SDK does, and waits until all can be read. */
export async function sendEvents(server: RunningServer, events: SentEvent[]): Promise<void> {
  const { username: key, pathname } = new URL(server.dsn)
  for (const event of events) {
    const payload = JSON.stringify(event)
    const lines = [
      JSON.stringify({ event_id: event.event_id }),
      JSON.stringify({ type: 'event', length: Buffer.byteLength(payload) }),
      payload,
    ]
    const answer = await fetch(`${server.url}/api${pathname}/envelope/?sentry_key=${key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-sentry-envelope' },
      body: lines.join('\n'),
    })
    if (!answer.ok) throw new Error(`Refused: ${answer.status} ${await answer.text()}`)
  }
  const headers = { authorization: `Bearer ${server.token}` }
  for (const { event_id } of events) {
    const address = `${server.url}/api/0/organizations/acme/eventids/${event_id}/`
    await waitUntil(async () => (await fetch(address, { headers })).ok, `${event_id} is stored`)
  }
}

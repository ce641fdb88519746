import type { ProjectOutcomes } from '@mayday/protocol/api/outcomes'
import type { RunningServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'

/** What SDKs and the server dropped, of several kinds; waits until it can be read. */
export async function sendDropped(server: RunningServer): Promise<void> {
  const { username: key, pathname } = new URL(server.dsn)
  const report = {
    discarded_events: [
      { reason: 'before_send', category: 'error', quantity: 14 },
      { reason: 'sample_rate', category: 'transaction', quantity: 5 },
    ],
  }
  const items = [
    `{"type":"client_report"}\n${JSON.stringify(report)}`,
    '{"type":"transaction"}\n{}',
    '{"type":"check_in"}\nno JSON',
  ]
  const answer = await fetch(`${server.url}/api${pathname}/envelope/?sentry_key=${key}`, {
    method: 'POST',
    body: `{}\n${items.join('\n')}`,
  })
  if (!answer.ok) throw new Error(`Refused: ${answer.status}`)
  const headers = { authorization: `Bearer ${server.token}` }
  const path = '/api/0/projects/acme/shop-api/outcomes/'
  await waitUntil(async () => {
    const { rows } = (await (await fetch(server.url + path, { headers })).json()) as ProjectOutcomes
    return rows.some(({ reason }) => reason === 'sample_rate')
  }, 'all is booked')
}

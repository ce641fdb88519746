import type { RunningServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'

type CheckIn = { slug: string; statuses: string[]; schedule?: object; environment?: string }

const CHECK_INS: CheckIn[] = [
  {
    slug: 'nightly-report',
    statuses: ['ok', 'ok', 'error', 'ok', 'ok', 'ok', 'error'],
    schedule: { type: 'crontab', value: '0 3 * * *' },
  },
  {
    slug: 'stock-import',
    statuses: ['ok', 'ok', 'ok', 'in_progress'],
    schedule: { type: 'interval', value: 2, unit: 'hour' },
  },
  { slug: 'stock-import', statuses: ['ok'], environment: 'staging' },
  { slug: 'clean-up', statuses: ['ok'] },
]

/** Runs of three scheduled tasks, as an SDK tells them; waits until all can be read. */
export async function sendCheckIns(server: RunningServer): Promise<void> {
  const { username: key, pathname } = new URL(server.dsn)
  const url = `${server.url}/api${pathname}/envelope/?sentry_key=${key}`
  for (const { slug, statuses, schedule, environment } of CHECK_INS) {
    for (const [n, status] of statuses.entries()) {
      const check_in_id = `${slug.length}${environment?.length ?? 0}${n}`.padEnd(32, 'a')
      const config = schedule === undefined ? {} : { monitor_config: { schedule } }
      const checkIn = { check_in_id, monitor_slug: slug, status, environment, ...config }
      const body = `{}\n{"type":"check_in"}\n${JSON.stringify(checkIn)}`
      const answer = await fetch(url, { method: 'POST', body })
      if (!answer.ok) throw new Error(`Refused: ${answer.status}`)
    }
  }
  const headers = { authorization: `Bearer ${server.token}` }
  const path = '/api/0/projects/acme/shop-api/monitors/clean-up/'
  await waitUntil(async () => (await fetch(server.url + path, { headers })).ok, 'all are booked')
}

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'

const SENDERS = 8
const ACCEPTED_BEFORE_STOP = 200

test('told to stop under load, it keeps every event that it has answered with 200', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'mayday-test-'))
  const first = await startServer({ dataDir })
  const accepted: string[] = []
  let isStopping = false
  const senders = Array.from({ length: SENDERS }, async () => {
    for (;;) {
      const eventId = await send(first)
      if (eventId) accepted.push(eventId)
      else if (isStopping) return
    }
  })
  await waitUntil(() => accepted.length >= ACCEPTED_BEFORE_STOP, 'load is on')
  const stopped = first.stop()
  isStopping = true
  expect(await stopped).toBe(0)
  await Promise.all(senders)

  const second = await startServer({ dataDir, port: first.port })
  await waitUntil(async () => (await pending(second)) === 0, 'all is digested')
  const headers = { authorization: `Bearer ${second.token}` }
  const lost = []
  for (const eventId of accepted) {
    const address = `${second.url}/api/0/organizations/acme/eventids/${eventId}/`
    if (!(await fetch(address, { headers })).ok) lost.push(eventId)
  }
  expect(lost).toEqual([])
  expect(await second.stop()).toBe(0)
  rmSync(dataDir, { recursive: true })
})

/** The id if it was answered with 200; undefined when it was refused or the server is gone. */
async function send({ url, dsn }: RunningServer): Promise<string | undefined> {
  const { username, pathname } = new URL(dsn)
  const eventId = randomUUID().replaceAll('-', '')
  const lines = [
    { event_id: eventId },
    { type: 'event' },
    { message: 'under load', level: 'error' },
  ]
  const answer = await fetch(`${url}/api${pathname}/envelope/?sentry_key=${username}`, {
    method: 'POST',
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  }).catch(() => undefined)
  return answer?.status === 200 ? eventId : undefined
}

async function pending(server: RunningServer): Promise<number> {
  return JSON.parse((await server.mayday('doctor', '--json')).stdout).journal.pendingEvents
}

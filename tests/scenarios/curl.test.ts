import { execFile, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Event, EventLookup } from '@mayday/protocol/api/events'
import { type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import { ask, issuesOf, locateError } from './web-api.ts'

const PROJECT = 'acme/shop-api'
const HAS_CURL = spawnSync('curl', ['--version']).status === 0
const run = promisify(execFile)

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ project: PROJECT })
})
afterAll(() => server?.stop())

test('an envelope sent by one command is an issue', async () => {
  const eventId = newEventId()
  const envelope = `{}\n{"type":"event"}\n${JSON.stringify(eventOf(eventId, 'sent as an envelope'))}\n`
  expect(await post('envelope', envelope)).toEqual({ id: eventId })
  const event = await findEvent(eventId)
  const issue = (await issuesOf(server, PROJECT)).find(({ id }) => id === event.groupID)
  expect(issue).toMatchObject({ title: 'sent as an envelope', count: '1', level: 'error' })
})

test('an event sent to the older /store/ is an issue', async () => {
  const eventId = newEventId()
  expect(await post('store', JSON.stringify(eventOf(eventId, 'sent to the store')))).toEqual({
    id: eventId,
  })
  expect((await findEvent(eventId)).title).toBe('sent to the store')
})

test('an error id, or its beginning, leads to the event wherever it is', async () => {
  const eventId = newEventId()
  await post('store', JSON.stringify(eventOf(eventId, 'asked for by its error id')))
  const { groupID } = await findEvent(eventId)
  const location = {
    organizationSlug: 'acme',
    projectSlug: 'shop-api',
    groupId: groupID,
    eventId,
  }
  expect(await locateError(server, eventId)).toEqual(location)
  expect(await locateError(server, eventId.slice(0, 12))).toEqual(location)
  const found = await ask<EventLookup>(server, `organizations/acme/eventids/${eventId}/`)
  expect(found).toMatchObject({ ...location, event: { eventID: eventId } })
})

test('an error id that no event has is not found', async () => {
  await expect(locateError(server, newEventId())).rejects.toThrow(/404/)
})

function eventOf(eventId: string, message: string): object {
  return { event_id: eventId, message, level: 'error', platform: 'other' }
}

function newEventId(): string {
  return randomUUID().replaceAll('-', '')
}

async function findEvent(eventId: string): Promise<Event> {
  let event: Event | undefined
  await waitUntil(async () => {
    event = await ask<Event>(server, `projects/${PROJECT}/events/${eventId}/`)
    return true
  }, `event ${eventId} is found by its id`)
  return event as Event
}

/** With curl where there is one, which adds the headers that a person at a terminal sends. */
async function post(endpoint: 'envelope' | 'store', body: string): Promise<unknown> {
  const { username, pathname } = new URL(server.dsn)
  const address = `${server.url}/api${pathname}/${endpoint}/?sentry_key=${username}`
  if (!HAS_CURL) return (await fetch(address, { method: 'POST', body })).json()
  const { stdout } = await run('curl', ['-sS', '--data-binary', body, address])
  return JSON.parse(stdout)
}

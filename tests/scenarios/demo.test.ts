import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Event } from '@mayday/protocol/api/events'
import type { Issue } from '@mayday/protocol/api/issues'
import { type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import { ask, framesOf, issuesAfter, latestEvent, locateError } from './web-api.ts'

type Failure = { times: number; expectedStatus: number; issue?: string }

const DEMO = join(import.meta.dirname, '../../apps/demo/dist')
const PROJECT = 'acme/shop'

let server: RunningServer
let shop: ChildProcess
let shopUrl: string
let failures: Failure[]
let issues: Issue[]

/** The shop fails once in every way, as a program of its own that knows nothing but its DSN. */
beforeAll(async () => {
  ;({ FAILURES: failures } = await import(join(DEMO, 'make-it-fail.js')))
  server = await startServer({ project: PROJECT })
  shop = spawn(process.execPath, [join(DEMO, 'main.js'), '--fail'], {
    env: { ...process.env, NODE_ENV: 'production', PORT: '0', MAYDAY_DSN: server.dsn },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: shop.stdout as NodeJS.ReadableStream })) {
    shopUrl = /^shop listening on (\S+)$/.exec(line)?.[1] ?? shopUrl
    // The last of its failures ends its process.
    if (line.startsWith('shop process ended')) break
  }
  const events = failures.reduce((sum, { issue, times }) => sum + (issue ? times : 0), 0)
  issues = await issuesAfter(server, PROJECT, events)
})

afterAll(async () => {
  if (shop !== undefined && shop.exitCode === null) {
    const ended = once(shop, 'exit')
    shop.kill('SIGTERM')
    await ended
  }
  await server?.stop()
})

test('every way to fail is one issue with its count; a 404 and a handled error are none', () => {
  const expected = failures.flatMap(({ issue, times }) =>
    issue ? [{ issue: withoutVariables(issue), times }] : [],
  )
  const seen = issues.map(({ title, count }) => ({
    issue: withoutVariables(title),
    times: Number(count),
  }))
  expect(seen.toSorted(byTitle)).toEqual(expected.toSorted(byTitle))
})

test('an error is shown in the TypeScript that it was thrown from', async () => {
  const issue = issues.find(({ title }) => title.includes("(reading 'amount')")) as Issue
  const frame = framesOf(await latestEvent(server, issue)).findLast(({ inApp }) => inApp)
  expect(frame?.filename).toMatch(/products\/.*\.ts$/)
  expect(frame?.context.map(([line]) => line)).toContain(frame?.lineNo)
})

test('the error id of a failed answer leads to its event, and the answer tells nothing else', async () => {
  await waitUntil(async () => (await fetch(`${shopUrl}/health`)).ok, 'the shop is up again')
  const response = await fetch(`${shopUrl}/products/3/quote?quantity=1`)
  const errorId = response.headers.get('x-error-id') ?? ''
  expect(response.status).toBe(500)
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(await response.json()).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    instance: `urn:mayday:error:${errorId}`,
    errorId,
  })

  let groupId = ''
  await waitUntil(async () => {
    const location = await locateError(server, errorId)
    groupId = location.groupId
    return location.eventId === errorId
  }, 'the error id leads to an event')
  const event = await ask<Event>(server, `projects/${PROJECT}/events/${errorId}/`)
  expect(event).toMatchObject({ groupID: groupId, transaction: 'GET /products/:id/quote' })
  expect(issues.map(({ id }) => id)).toContain(groupId)
})

/** An issue's title is that of one of its events; which cart or path that names is not the point. */
function withoutVariables(title: string): string {
  return title.replace(/'(\/sys\/[^']*|…)'/, 'a path').replace(/\bcart \d+/, 'cart N')
}

function byTitle(one: { issue: string }, other: { issue: string }): number {
  return one.issue.localeCompare(other.issue)
}

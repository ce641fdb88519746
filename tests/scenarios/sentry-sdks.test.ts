import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Event } from '@mayday/protocol/api/events'
import type { Issue } from '@mayday/protocol/api/issues'
import { type RunningServer, startServer } from '../support/server.ts'
import { framesOf, issuesAfter, latestEvent, summary } from './web-api.ts'

const PROGRAM = join(import.meta.dirname, 'sentry-node-app.cjs')
const REPEATED = "TypeError: Cannot read properties of undefined (reading 'length')"
const OTHER = 'RangeError: Cannot charge -100 cents'
const MESSAGE = 'The nightly import was skipped'
const EVENTS = 52

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server?.stop())

describe.each([
  { sdk: 'sentry-node-11', version: /^11\./ },
  { sdk: 'sentry-node-8', version: /^8\./ },
  { sdk: 'sentry-node-7', version: /^7\./ },
])('a program on $sdk of which only the DSN was changed', ({ sdk, version }) => {
  let issues: Issue[]
  beforeAll(async () => {
    const project = `acme/${sdk}`
    const made = await server.mayday('project', 'create', project, '--json')
    await promisify(execFile)(process.execPath, [PROGRAM, sdk, JSON.parse(made.stdout).dsn])
    issues = await issuesAfter(server, project, EVENTS)
  })

  function eventOf(title: string): Promise<Event> {
    return latestEvent(server, issues.find((issue) => issue.title === title) as Issue)
  }

  test('has one issue for each different error and each message, with their counts', () => {
    expect(summary(issues)).toEqual([
      { title: OTHER, count: 1, userCount: 1 },
      { title: MESSAGE, count: 1, userCount: 1 },
      { title: REPEATED, count: 50, userCount: 2 },
    ])
  })

  test('shows where an error was thrown, with the lines around it', async () => {
    const event = await eventOf(REPEATED)
    const frame = framesOf(event).at(-1)
    expect(frame).toMatchObject({ absPath: PROGRAM, function: 'readStock', inApp: true })
    const lines = new Map(frame?.context)
    expect(lines.get(frame?.lineNo ?? 0)).toBe('  return shelf.items.length')
    expect([...lines.values()]).toContain('function readStock(shelf) {')
  })

  test('keeps what it tells of itself', async () => {
    expect(await eventOf(MESSAGE)).toMatchObject({
      level: 'warning',
      platform: 'node',
      environment: 'production',
      release: { version: 'shop@1.0.0' },
      sdk: { name: 'sentry.javascript.node', version: expect.stringMatching(version) },
      user: { id: 'grace' },
    })
  })
})

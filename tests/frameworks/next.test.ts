import { execFile } from 'node:child_process'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { EventPayload } from '@mayday/protocol/event'
import { type EventSink, startEventSink } from '../support/event-sink.ts'
import { type FrameworkApp, startApp } from '../support/framework-app.ts'
import { frameworkFolder } from '../support/frameworks.ts'

const run = promisify(execFile)
const SDK = join(import.meta.dirname, '../../packages/node')
const SOURCES = join(import.meta.dirname, 'fixtures/next')
const CELLS = [
  { version: 'next-15', external: '0', how: 'bundled by Next' },
  { version: 'next-16', external: '0', how: 'bundled by Next' },
  { version: 'next-16', external: '1', how: 'in serverExternalPackages' },
]

describe.each(CELLS)('$version, with the SDK $how', ({ version, external }) => {
  let sink: EventSink
  let app: FrameworkApp
  beforeAll(async () => {
    const folder = await frameworkFolder(version)
    const home = await installApp(folder, join('dist', external))
    const next = join(folder, 'node_modules/next/dist/bin/next')
    const { NODE_OPTIONS: _, ...inherited } = process.env
    const env = {
      ...inherited,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      APP_ROOT: '../..',
      APP_EXTERNAL: external,
    }
    await run(process.execPath, [next, 'build'], { cwd: home, env })
    sink = await startEventSink()
    const words = [next, 'start', '-p', '0', '-H', '127.0.0.1']
    app = await startApp(words, { ...env, MAYDAY_DSN: sink.dsn } as Record<string, string>, home)
    // Next serves before it has called the app's own `register`, and so before init. A request of that
    // time waits for it, and its error is an event, but its answer has no id.
    await fetch(app.url)
  }, 300_000)
  afterAll(async () => {
    await app?.stop()
    await sink?.close()
  })

  function eventWith(value: string): Promise<EventPayload> {
    return sink.eventThat((event) => event.exception?.values.at(-1)?.value === value, value)
  }

  test('an error of a route handler is an event of its route, and its id is in the answer', async () => {
    const response = await fetch(`${app.url}/api/thrown/5?token=abcdef1234`, {
      headers: { authorization: 'Bearer abcdef1234' },
    })
    expect(response.status).toBe(500)
    const event = await eventWith('route handler kaput')
    expect(event).toMatchObject({
      event_id: response.headers.get('x-error-id'),
      transaction: 'GET /api/thrown/[id]',
      exception: { values: [{ type: 'RangeError', mechanism: { type: 'next', handled: false } }] },
      tags: { 'next.route_type': 'route', 'next.router': 'App Router' },
    })
    expect(event.request?.url).toBe(`${app.url}/api/thrown/5`)
    expect(JSON.stringify(event)).not.toContain('abcdef1234')
  })

  test('an error of a server component is found by the digest that the page shows', async () => {
    const response = await fetch(`${app.url}/page-thrown`)
    const page = await response.text()
    const event = await eventWith('server component kaput')
    expect(event).toMatchObject({
      transaction: 'GET /page-thrown',
      tags: { 'next.route_type': 'render', 'next.digest': expect.stringMatching(/^\d+/) },
    })
    expect(page).toContain(event.tags?.['next.digest'])
    expect(page).not.toContain('kaput')
  })

  test('an error of a server action is an event, and the client gets its digest and id', async () => {
    const page = await (await fetch(`${app.url}/action`)).text()
    const [, id = ''] = /name="\$ACTION_ID_([0-9a-f]+)"/.exec(page) ?? []
    const response = await fetch(`${app.url}/action`, {
      method: 'POST',
      body: '[]',
      headers: { 'next-action': id, 'content-type': 'text/plain', accept: 'text/x-component' },
    })
    const event = await eventWith('server action kaput')
    expect(event).toMatchObject({
      event_id: response.headers.get('x-error-id'),
      transaction: 'POST /action',
      tags: { 'next.route_type': 'action' },
    })
    expect(await response.text()).toContain(event.tags?.['next.digest'])
  })

  test('an error of a server action that a form calls without a script is an event', async () => {
    const page = await (await fetch(`${app.url}/form`)).text()
    const [, name = ''] = /name="(\$ACTION_ID_[0-9a-f]+)"/.exec(page) ?? []
    const body = new FormData()
    body.set(name, '')
    await fetch(`${app.url}/form`, { method: 'POST', body })
    expect(await eventWith('form kaput')).toMatchObject({ transaction: 'POST /form' })
  })

  test('an answer of 500 from a route handler is an event; redirects and notFound are none', async () => {
    const redirect = await fetch(`${app.url}/api/gone?redirect`, { redirect: 'manual' })
    expect([redirect.status, (await fetch(`${app.url}/api/gone`)).status]).toEqual([307, 404])
    const response = await fetch(`${app.url}/api/sent`)
    expect(await response.json()).toEqual({ sent: true })
    const errorId = response.headers.get('x-error-id')
    const event = await sink.eventThat(({ event_id }) => event_id === errorId, 'the status')
    expect(event.logentry?.formatted).toBe('GET /api/sent answered 500 without an exception')
    expect(sink.events().map(({ transaction }) => transaction)).not.toContain('GET /api/gone')
  })
})

/** A copy beside Next, with the SDK unpacked from what `npm pack` makes of it. */
async function installApp(folder: string, name: string): Promise<string> {
  const home = join(folder, name)
  const modules = join(home, 'node_modules')
  const sdk = join(modules, '@mayday/node')
  await rm(home, { recursive: true, force: true })
  await cp(SOURCES, home, { recursive: true })
  await mkdir(sdk, { recursive: true })
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', home], { cwd: SDK })
  await run('tar', ['xzf', join(home, packed.stdout.trim()), '-C', sdk, '--strip-components', '1'])
  for (const dependency of ['error-stack-parser', 'stackframe']) {
    const from = join(import.meta.dirname, '../../node_modules', dependency)
    await cp(from, join(modules, dependency), { recursive: true, dereference: true })
  }
  return home
}

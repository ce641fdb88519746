import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { makeTenant, type Tenant } from '../test/factories.ts'
import { call, startTestServer, type TestServer } from '../test/server.ts'
import { createApp } from './app.ts'
import { loadConfig } from './config.ts'
import { createDataSource } from './db/data-source.ts'

let server: TestServer
let tenant: Tenant

beforeAll(async () => {
  server = await startTestServer()
  tenant = await makeTenant(server.database)
})
afterAll(() => server.stop())

test('every answer carries the security headers, errors and pages too', async () => {
  for (const path of ['/', '/api/0/', '/api/0/nothing/', '/assets/none.js', '/health/live']) {
    const { headers } = await call(server, 'GET', path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('strict-transport-security')).toBeNull()
  }
})

test('an address on https asks browsers to stay on https', async () => {
  const secure = await startTestServer({ MAYDAY_URL: 'https://mayday.test' })
  try {
    const { headers } = await call(secure, 'GET', '/api/0/')
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
  } finally {
    await secure.stop()
  }
})

test('a route answers with and without its trailing slash', async () => {
  for (const path of ['/api/0/organizations', '/api/0/organizations/']) {
    expect((await call(server, 'GET', path, { token: tenant.token })).status).toBe(200)
  }
})

test('an unknown path below /api is answered as JSON, never as a page', async () => {
  const { status, body } = await call(server, 'GET', '/api/0/nothing/')
  expect(status).toBe(404)
  expect(body).toMatchObject({ code: 'not_found', detail: expect.any(String) })
  expect((await call(server, 'POST', '/api/0/nothing/')).status).toBe(404)
})

test('what an authenticated caller reads is not kept by any cache', async () => {
  const { headers } = await call(server, 'GET', '/api/0/organizations/', { token: tenant.token })
  expect(headers.get('cache-control')).toBe('no-store')
})

test('malformed JSON is refused with a sentence', async () => {
  const response = await fetch(`${server.url}/api/0/auth/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: '{"email":',
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'invalid_request' })
})

test('a wrong value is refused with a sentence that names it', async () => {
  const path = `/api/0/projects/${tenant.organization}/${tenant.project}/issues/?limit=0`
  const { status, body } = await call(server, 'GET', path, { token: tenant.token })
  expect(status).toBe(400)
  expect(body).toEqual({ code: 'invalid_request', detail: expect.stringMatching(/^limit\b.*1/) })
})

test('a body over the limit is refused before it is read', async () => {
  const body = { name: 'x'.repeat(2_000_000) }
  const path = `/api/0/projects/${tenant.organization}/${tenant.project}/`
  const { status } = await call(server, 'PUT', path, { token: tenant.token, body })
  expect(status).toBe(413)
})

test('a NUL character in a parameter is refused, not a fault', async () => {
  const path = `/api/0/projects/${tenant.organization}/a%00b/`
  expect((await call(server, 'GET', path, { token: tenant.token })).status).toBe(400)
})

test('a fault is answered with an error id and without its stack', async () => {
  await server.database.query('alter table project_hour rename to project_hour_gone')
  try {
    const path = `/api/0/projects/${tenant.organization}/${tenant.project}/environments/`
    const { status, body } = await call(server, 'GET', path, { token: tenant.token })
    expect(status).toBe(500)
    expect(body).toEqual({
      code: 'internal',
      detail: expect.any(String),
      errorId: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
  } finally {
    await server.database.query('alter table project_hour_gone rename to project_hour')
  }
})

test('while the database is away the server lives, is not ready, and says so', async () => {
  const database = createDataSource('postgres://nobody@127.0.0.1:1/none')
  const app = await createApp({
    config: loadConfig({ PORT: '0' }),
    database,
    log: pino({ level: 'silent' }),
  })
  await app.listen(0, '127.0.0.1')
  const away = { url: await app.getUrl() }
  try {
    expect((await call(away, 'GET', '/health/live')).status).toBe(200)
    expect((await call(away, 'GET', '/health/ready')).status).toBe(503)
    const { status, body, headers } = await call(away, 'GET', '/api/0/organizations/', {
      token: tenant.token,
    })
    expect(status).toBe(503)
    expect(body).toMatchObject({ code: 'database_unavailable' })
    expect(headers.get('retry-after')).toBe('5')
  } finally {
    await app.close()
  }
})

test.each([
  ['pg_cancel_backend', 'query_too_slow'],
  ['pg_terminate_backend', 'database_unavailable'],
])('a statement ended by %s is answered with 503 %s, and the server goes on', async (end, code) => {
  const { database } = server
  await database.query('alter table project_hour rename to project_hour_real')
  await database.query(
    `create view project_hour as
     select r.* from project_hour_real r right join (select pg_sleep(600)) slow on true`,
  )
  const path = `/api/0/projects/${tenant.organization}/${tenant.project}/environments/`
  const get = () => call(server, 'GET', path, { token: tenant.token })
  try {
    const slow = get()
    let ended: unknown[] = []
    while (ended.length === 0) {
      ended = await database.query(
        `select ${end}(pid) from pg_stat_activity
         where datname = current_database() and wait_event = 'PgSleep'`,
      )
    }
    const { status, body } = await slow
    expect([status, body]).toEqual([503, expect.objectContaining({ code })])
  } finally {
    // The pool may hand the dying connection out once more before it notices.
    await twice(() => database.query('drop view project_hour'))
    await database.query('alter table project_hour_real rename to project_hour')
  }
  expect((await get()).status).toBe(200)
})

async function twice(work: () => Promise<unknown>): Promise<void> {
  await work().catch(work)
}

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newEventId } from '@mayday/protocol/event-id'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { digestAll } from '../../test/digest-until.ts'
import { makeTenant } from '../../test/factories.ts'
import { type IntakeServer, KEY, startIntake } from '../../test/intake-server.ts'
import { JournalOf, recordWith } from '../../test/journal-of.ts'
import { sql } from '../db/sql.ts'
import { readEvent } from '../events/event-data.ts'

const OLD = {
  'csp-report': {
    'document-uri': 'https://shop.example/cart?step=2',
    referrer: 'https://search.example/',
    'violated-directive': 'script-src-elem',
    'effective-directive': 'script-src-elem',
    'original-policy': "default-src 'self'",
    disposition: 'enforce',
    'blocked-uri': 'https://evil.example/x.js?id=7',
    'status-code': 200,
  },
}
const NEW = {
  type: 'csp-violation',
  age: 60_000,
  url: 'https://shop.example/cart?step=2',
  user_agent: 'Mozilla/5.0 (X11) Firefox/150.0',
  body: {
    documentURL: 'https://shop.example/checkout',
    effectiveDirective: 'script-src-elem',
    blockedURL: 'https://evil.example/other.js',
    disposition: 'report',
    lineNumber: 3,
    sample: '',
  },
}

describe('intake', () => {
  let server: IntakeServer
  beforeAll(async () => {
    server = await startIntake()
  })
  afterAll(() => server.close())

  const post = (body: string | Buffer, type = 'application/csp-report', path = 'security') =>
    server.post(`/api/1/${path}/?sentry_key=${KEY}&sentry_release=shop@1`, body, {
      'content-type': type,
      origin: 'https://shop.example',
    })

  test.each([
    ['a report', 'application/csp-report', 'security', [OLD] as object[]],
    ['a report', 'application/json; charset=utf-8', 'csp-report', [OLD]],
    ['a list', 'application/reports+json', 'security', [NEW, NEW]],
    ['a report', 'text/plain', 'security', [OLD]],
  ])('%s as %s at /%s/ is kept', async (_, type, path, reports) => {
    const events = reports.length
    const body = JSON.stringify(events === 1 ? reports[0] : reports)
    const answer = await post(body, type, path)
    expect(answer.status).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    const record = (await server.records()).at(-1)
    expect(record?.events).toBe(events)
    const headers = record?.envelope.items.map(({ header }) => header)
    const header = { type: 'raw_security', sentry_release: 'shop@1' }
    expect(headers).toEqual(Array(events).fill(expect.objectContaining(header)))
  })

  test.each([
    ['another type', '{}', 'text/html', 415, 'filtered/unsupported_item/security'],
    ['no JSON', 'csp', 'application/csp-report', 400, 'invalid/invalid_json/security'],
    [
      'more than 64 KiB',
      `"${'x'.repeat(65_536)}"`,
      'application/json',
      413,
      'invalid/too_large/security',
    ],
    [
      'deep JSON',
      '['.repeat(200) + ']'.repeat(200),
      'application/json',
      400,
      'invalid/too_deep/security',
    ],
    [
      'a hundred and one reports',
      JSON.stringify(Array(101).fill({})),
      'application/json',
      400,
      'invalid/too_many_items/security',
    ],
  ])('%s is refused and counted', async (_, body, type, status, outcome) => {
    await server.counted()
    const answer = await post(body, type)
    expect(answer.status).toBe(status)
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(await server.counted()).toEqual({ [outcome]: 1 })
  })

  test('without a project key it is told where to put one', async () => {
    const headers = { 'content-type': 'application/csp-report' }
    expect((await server.post('/api/1/security/', '{}', headers)).status).toBe(401)
  })

  test.each([
    [`minidump/?sentry_key=${KEY}`, 'error'],
    [`unreal/${KEY}/`, 'error'],
    [`nel/?sentry_key=${KEY}`, 'default'],
  ])('%s is acknowledged, and its fate is counted', async (path, category) => {
    await server.counted()
    const answer = await server.post(`/api/1/${path}`, Buffer.alloc(3_000_000, 'MDMP'))
    expect(answer.status).toBe(200)
    expect(answer.body).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(await server.counted()).toEqual({ [`filtered/unsupported_item/${category}`]: 1 })
    const wrong = await server.post(`/api/2/${path}`, 'x')
    expect(wrong.status).toBe(403)
  })

  test.each([
    ['GET', `cron/nightly/${KEY}/?status=ok`],
    ['POST', `cron/nightly/?sentry_key=${KEY}&status=ok&duration=2.5`],
  ])('%s of a check-in is kept', async (method, path) => {
    expect((await server.send(method, `/api/1/${path}`)).status).toBe(202)
    const [item] = (await server.records()).at(-1)!.envelope.items
    const checkIn = JSON.parse(Buffer.from(item!.payload).toString())
    expect(checkIn).toMatchObject({ monitor_slug: 'nightly', status: 'ok' })
  })

  test('a check-in may come with the settings of its monitor', async () => {
    const body = JSON.stringify({ status: 'in_progress', monitor_config: { max_runtime: 5 } })
    expect((await server.post(`/api/1/cron/nightly/${KEY}`, body)).status).toBe(202)
    const [item] = (await server.records()).at(-1)!.envelope.items
    const checkIn = JSON.parse(Buffer.from(item!.payload).toString())
    expect(checkIn).toMatchObject({ status: 'in_progress', monitor_config: { max_runtime: 5 } })
  })

  test('a check-in that does not say how it went is refused', async () => {
    const answer = await server.post(`/api/1/cron/nightly/${KEY}/?status=fine`, '')
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('one of ok, in_progress, error')
  })
})

describe('digest', () => {
  let postgres: TestDatabase
  let projectId: number
  let journal: JournalOf
  beforeAll(async () => {
    postgres = await createTestDatabase()
  })
  afterAll(() => postgres.drop())
  beforeEach(async () => {
    projectId = (await makeTenant(postgres.database)).projectId
    journal = new JournalOf()
  })

  const rows = <Row extends object>(statement: string) =>
    sql<Row>(postgres.database, statement, [projectId])
  const issues = () =>
    rows(`select title, culprit, times_seen::int as n from issue
      where project_id = $1 order by title`)
  const outcomes = () =>
    rows(`select outcome, reason, category, n::int from outcome_hour
      where project_id = $1 order by outcome`)

  async function digest(...reports: unknown[]): Promise<void> {
    for (const report of reports) {
      const facts = { eventId: newEventId(), events: 1, client: 'Mozilla/5.0 (X11)' }
      journal.add(recordWith(projectId, [['raw_security', report]], facts))
    }
    await digestAll(postgres.url, journal)
  }

  const csp = (report: Record<string, unknown>) => ({ 'csp-report': report })

  test('the same directive and host in both formats is one issue', async () => {
    await digest(OLD, NEW)
    expect(await issues()).toEqual([
      { title: "Blocked 'script' from 'evil.example'", culprit: 'script-src-elem', n: 2 },
    ])
    expect(await outcomes()).toEqual([
      { outcome: 'accepted', reason: '', category: 'security', n: 2 },
    ])
  })

  test('the event shows the page, the report and what it was blocked from', async () => {
    await digest(OLD)
    const [row] = await rows<{ data: Buffer; encoding: number; at: Date; id: string; ip: string }>(
      `select data, encoding, received_at as at, event_id as id, client_ip::text as ip
       from event where project_id = $1`,
    )
    const { data, encoding, at, id, ip } = row!
    const event = readEvent({ data, encoding, receivedAt: at, eventId: id, clientIp: ip })
    expect(event).toMatchObject({
      logger: 'csp',
      level: 'error',
      request: { url: 'https://shop.example/cart' },
      user: { ip_address: '203.0.113.9' },
      contexts: { csp: { 'original-policy': "default-src 'self'", 'status-code': '200' } },
    })
    expect(JSON.stringify(event.request)).toContain('https://search.example/')
    expect(JSON.stringify(event.tags)).toContain('https://evil.example/x.js')
    expect(JSON.stringify(event.tags)).not.toContain('id=7')
  })

  test('other directives and hosts are other issues; the page itself is self', async () => {
    const page = { 'document-uri': 'https://shop.example/' }
    await digest(
      csp({ ...page, 'violated-directive': "style-src 'self' 'nonce-a'", 'blocked-uri': 'inline' }),
      csp({ ...page, 'effective-directive': 'img-src', 'blocked-uri': 'https://cdn.example/a' }),
      csp({
        ...page,
        'effective-directive': 'connect-src',
        'blocked-uri': 'https://shop.example/a',
      }),
      csp({ ...page, 'effective-directive': 'script-src', 'blocked-uri': 'eval' }),
      csp({ ...page, 'effective-directive': 'img-src', 'blocked-uri': 'data' }),
      csp({ ...page, 'effective-directive': 'frame-src' }),
    )
    expect((await issues()).map((issue) => (issue as { title: string }).title)).toEqual([
      "Blocked 'connect' from 'self'",
      "Blocked 'frame' from 'self'",
      "Blocked 'image' from 'cdn.example'",
      "Blocked 'image' from 'data'",
      "Blocked eval by 'script-src'",
      "Blocked inline 'style'",
    ])
  })

  test('what is no violation of a policy ends in an outcome', async () => {
    await digest(
      { type: 'deprecation', body: { id: 'x' } },
      csp({ 'effective-directive': 'made-up' }),
      'no JSON',
    )
    expect(await issues()).toEqual([])
    expect(await outcomes()).toEqual([
      { outcome: 'filtered', reason: 'unsupported_item', category: 'security', n: 1 },
      { outcome: 'invalid', reason: 'invalid_json', category: 'security', n: 1 },
      { outcome: 'invalid', reason: 'no_data', category: 'security', n: 1 },
    ])
  })
})

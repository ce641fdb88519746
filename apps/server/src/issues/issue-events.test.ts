import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Event, EventSummary } from '@mayday/protocol/api/events'
import { makeEvent, makeIssue, makeTenant, type Tenant } from '../../test/factories.ts'
import { call, startTestServer, type TestServer } from '../../test/server.ts'

const MINUTE_MS = 60_000
const START = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 60 * MINUTE_MS

const PAYLOAD = {
  platform: 'node',
  level: 'error',
  environment: 'production',
  release: '1.0',
  transaction: 'GET /orders/:id',
  exception: {
    values: [
      {
        type: 'TypeError',
        value: 'order is undefined',
        mechanism: { type: 'generic', handled: false },
        stacktrace: {
          frames: [
            {
              function: 'next',
              filename: 'node_modules/express/router.js',
              lineno: 5,
              in_app: false,
            },
            {
              function: 'load',
              filename: 'src/orders.ts',
              abs_path: '/app/src/orders.ts',
              lineno: 10,
              colno: 3,
              in_app: true,
              pre_context: ['a', 'b'],
              context_line: '  throw order',
              post_context: ['c'],
              vars: { id: 7 },
            },
          ],
        },
      },
    ],
  },
  request: {
    method: 'GET',
    url: 'https://shop.example/orders/7?full=1',
    headers: { 'Content-Type': 'application/json', Accept: '*/*' },
  },
  breadcrumbs: { values: [{ timestamp: START / 1_000, category: 'http', message: 'GET /' }] },
  user: { id: '42', email: 'a@shop.example' },
  tags: { region: 'eu' },
  extra: { cart: [1, 2] },
  modules: { express: '5.0.0' },
  contexts: { runtime: { name: 'node', version: 'v20' } },
  sdk: { name: 'sentry.javascript.node', version: '9.0.0' },
}

let server: TestServer
let tenant: Tenant
let issueId: string
/** Oldest first; the third and fourth were received in the same millisecond. */
const eventIds: string[] = []

beforeAll(async () => {
  server = await startTestServer()
  tenant = await makeTenant(server.database)
  issueId = await makeIssue(server.database, tenant.projectId, { firstSeen: new Date(START) })
  const of = { projectId: tenant.projectId, issueId }
  for (const [index, minute] of [0, 1, 2, 2, 3].entries()) {
    const environment = index === 1 ? 'staging' : 'production'
    eventIds.push(
      await makeEvent(
        server.database,
        of,
        { ...PAYLOAD, environment, event_id: `${index + 1}`.repeat(32) },
        new Date(START + minute * MINUTE_MS),
      ),
    )
  }
})
afterAll(() => server.stop())

function get(rest: string) {
  const { organization } = tenant
  return call(
    server,
    'GET',
    `/api/0/organizations/${organization}/issues/${issueId}/events/${rest}`,
    tenant,
  )
}

describe('one event', () => {
  test('has everything in it, in the shape of the schema', async () => {
    const { status, body } = await get('latest/')
    expect(status).toBe(200)
    const event = Event.strict().parse(body)
    expect(event).toMatchObject({
      eventID: eventIds[4],
      groupID: issueId,
      projectID: String(tenant.projectId),
      title: 'TypeError: order is undefined',
      type: 'error',
      platform: 'node',
      level: 'error',
      environment: 'production',
      transaction: 'GET /orders/:id',
      location: 'src/orders.ts',
      release: { version: '1.0' },
      sdk: { name: 'sentry.javascript.node', version: '9.0.0' },
      user: { id: '42', email: 'a@shop.example', username: null },
      context: { cart: [1, 2] },
      packages: { express: '5.0.0' },
      contexts: { runtime: { name: 'node' } },
      dateReceived: new Date(START + 3 * MINUTE_MS).toISOString(),
    })
    expect(event.tags).toEqual(expect.arrayContaining([{ key: 'region', value: 'eu' }]))
    expect(event.grouping.hash).toMatch(/^[0-9a-f]{32}$/)
    expect(event.grouping.parts.length).toBeGreaterThan(0)
    expect(event.size).toBeGreaterThan(500)
  })

  test('shows the stack trace with source lines and their numbers', async () => {
    const event = Event.parse((await get('latest/')).body)
    const entry = event.entries.find(({ type }) => type === 'exception')
    const frames =
      entry?.type === 'exception' ? entry.data.values[0]?.stacktrace?.frames : undefined
    expect(frames?.[0]).toMatchObject({ inApp: false, context: [] })
    expect(frames?.[1]).toMatchObject({
      function: 'load',
      lineNo: 10,
      colNo: 3,
      inApp: true,
      absPath: '/app/src/orders.ts',
      vars: { id: 7 },
      context: [
        [8, 'a'],
        [9, 'b'],
        [10, '  throw order'],
        [11, 'c'],
      ],
    })
  })

  test('shows the request and the breadcrumbs', async () => {
    const event = Event.parse((await get('latest/')).body)
    expect(event.entries.find(({ type }) => type === 'request')?.data).toMatchObject({
      method: 'GET',
      url: 'https://shop.example/orders/7',
      query: [['full', '1']],
      inferredContentType: 'application/json',
    })
    expect(event.entries.find(({ type }) => type === 'breadcrumbs')?.data).toMatchObject({
      values: [{ timestamp: new Date(START).toISOString(), type: 'default', level: 'info' }],
    })
  })

  test('knows the event before and after it and its place, also within one millisecond', async () => {
    for (const [index, eventId] of eventIds.entries()) {
      const { body } = await get(`${eventId}/`)
      expect(body).toMatchObject({
        eventID: eventId,
        previousEventID: eventIds[index - 1] ?? null,
        nextEventID: eventIds[index + 1] ?? null,
        position: index + 1,
      })
    }
  })

  test('is the oldest, the latest, or the latest of one environment', async () => {
    expect((await get('oldest/')).body).toMatchObject({ eventID: eventIds[0] })
    expect((await get('recommended/')).body).toMatchObject({ eventID: eventIds[4] })
    expect((await get('latest/?environment=staging')).body).toMatchObject({
      eventID: eventIds[1],
      previousEventID: null,
      nextEventID: null,
    })
  })

  test.each(['newest/', `${'9'.repeat(32)}/`, 'latest/?environment=none'])(
    '%s is not there, with a sentence',
    async (rest) => {
      const { status, body } = await get(rest)
      expect([status, body]).toEqual([
        404,
        { code: 'not_found', detail: expect.stringMatching(/^.{20,}\.$/) },
      ])
    },
  )

  test('is found in its project by its id, with and without dashes, and tells its issue', async () => {
    const uuid = `${'2'.repeat(8)}-2222-2222-2222-${'2'.repeat(12)}`
    for (const id of [eventIds[1], uuid]) {
      const path = `/api/0/projects/${tenant.organization}/${tenant.project}/events/${id}/`
      expect((await call(server, 'GET', path, tenant)).body).toMatchObject({
        groupID: issueId,
        previousEventID: eventIds[0],
      })
    }
  })

  test('is given as the normalised payload', async () => {
    const path = `/api/0/projects/${tenant.organization}/${tenant.project}/events/${eventIds[0]}/json/`
    const { body } = await call(server, 'GET', path, tenant)
    expect(body).toMatchObject({
      event_id: eventIds[0],
      tags: { region: 'eu' },
      user: { id: '42' },
    })
  })
})

describe('the list of events', () => {
  test('is the newest first, by pages, forwards and back', async () => {
    const first = await get('?per_page=2')
    expect((first.body as EventSummary[]).map(({ id }) => id)).toEqual([eventIds[4], eventIds[3]])
    expect(EventSummary.strict().safeParse((first.body as EventSummary[])[0]).success).toBe(true)
    const cursor = (headers: Headers, rel: string) =>
      new RegExp(`rel="${rel}"; results="true"; cursor="([^"]+)"`).exec(
        headers.get('link') ?? '',
      )?.[1]
    const second = await get(`?per_page=2&cursor=${cursor(first.headers, 'next')}`)
    expect((second.body as EventSummary[]).map(({ id }) => id)).toEqual([eventIds[2], eventIds[1]])
    const third = await get(`?per_page=2&cursor=${cursor(second.headers, 'next')}`)
    expect((third.body as EventSummary[]).map(({ id }) => id)).toEqual([eventIds[0]])
    expect(cursor(third.headers, 'next')).toBeUndefined()
    const back = await get(`?per_page=2&cursor=${cursor(third.headers, 'previous')}`)
    expect(back.body).toEqual(second.body)
    expect(cursor(first.headers, 'previous')).toBeUndefined()
  })

  test.each([
    ['environment:staging', 1],
    ['environment:[staging,production]', 5],
    ['release:1.0 level:error', 5],
    ['level:fatal', 0],
  ])('%s finds %d', async (query, n) => {
    expect((await get(`?query=${encodeURIComponent(query)}`)).body).toHaveLength(n)
  })

  test('a search for what is inside the payload is refused, not answered wrongly', async () => {
    for (const query of ['undefined', 'user.id:42', '!level:error', 'release:1.*']) {
      expect((await get(`?query=${encodeURIComponent(query)}`)).status).toBe(400)
    }
  })

  test('can be of whole events', async () => {
    const { body } = await get('?full=1&per_page=1')
    expect(Event.strict().safeParse((body as Event[])[0]).success).toBe(true)
  })
})

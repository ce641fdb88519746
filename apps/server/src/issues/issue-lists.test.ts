import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Issue } from '@mayday/protocol/api/issues'
import { makeIssue, makeTenant, type Tenant } from '../../test/factories.ts'
import { call, startTestServer, type TestServer } from '../../test/server.ts'

const HOUR_MS = 3_600_000
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS)

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function list(tenant: Tenant, parameters: Record<string, string> = {}) {
  const query = new URLSearchParams(parameters)
  const path = `/api/0/projects/${tenant.organization}/${tenant.project}/issues/?${query}`
  const { status, body, headers } = await call(server, 'GET', path, tenant)
  return { status, issues: body as Issue[], body, headers, titles: titlesOf(body) }
}

function titlesOf(body: unknown): string[] {
  return Array.isArray(body) ? (body as Issue[]).map(({ title }) => title) : []
}

function cursorOf(headers: Headers, rel: 'previous' | 'next'): string | undefined {
  const part = headers
    .get('link')
    ?.split(', ')
    .find((link) => link.includes(`rel="${rel}"`))
  return part?.includes('results="true"') ? /cursor="([^"]+)"/.exec(part)?.[1] : undefined
}

describe('pages', () => {
  let tenant: Tenant
  const TITLES = Array.from({ length: 10 }, (_, index) => `issue ${index}`)

  beforeAll(async () => {
    tenant = await makeTenant(server.database)
    for (const [index, title] of TITLES.entries()) {
      await makeIssue(server.database, tenant.projectId, {
        title,
        // Pairs share every sort key, so that the row id must decide.
        lastSeen: ago(1 + Math.floor(index / 2)),
        firstSeen: ago(100 - Math.floor(index / 2)),
        timesSeen: 1 + Math.floor(index / 2),
        usersSeen: 10 - Math.floor(index / 2),
      })
    }
  })

  test.each(['date', 'new', 'freq', 'user'])(
    'by %s walk through every issue once, forwards and back again',
    async (sort) => {
      const pages: string[][] = []
      let cursor: string | undefined = ''
      let last = await list(tenant, { sort, limit: '3', cursor })
      for (; ; last = await list(tenant, { sort, limit: '3', cursor })) {
        pages.push(last.titles)
        cursor = cursorOf(last.headers, 'next')
        if (cursor === undefined) break
      }
      expect(pages.map(({ length }) => length)).toEqual([3, 3, 3, 1])
      expect(new Set(pages.flat()).size).toBe(10)
      const back: string[][] = []
      for (cursor = cursorOf(last.headers, 'previous'); cursor !== undefined; ) {
        const page = await list(tenant, { sort, limit: '3', cursor })
        back.unshift(page.titles)
        cursor = cursorOf(page.headers, 'previous')
      }
      expect(back).toEqual(pages.slice(0, -1))
    },
  )

  test('are sorted by what was asked for', async () => {
    const firstOf = async (sort: string) => (await list(tenant, { sort })).issues[0]?.title
    expect(await firstOf('date')).toMatch(/issue [01]/)
    expect(await firstOf('new')).toMatch(/issue [89]/)
    expect(await firstOf('freq')).toMatch(/issue [89]/)
    expect(await firstOf('user')).toMatch(/issue [01]/)
  })

  test('tell how many issues there are', async () => {
    expect((await list(tenant, { limit: '3' })).headers.get('x-hits')).toBe('10')
  })

  test('hold a hundred at most, whatever is asked for', async () => {
    expect((await list(tenant, { limit: '10000' })).status).toBe(200)
  })

  test.each(['x', '1:2', '1:2:3', "1'--:1:0", '99999999999999999999:1:0', '1:abc:0'])(
    'refuse the cursor %j',
    async (cursor) => {
      const { status, body } = await list(tenant, { cursor })
      expect([status, body]).toEqual([400, expect.objectContaining({ code: 'invalid_cursor' })])
    },
  )
})

describe('search', () => {
  let tenant: Tenant

  beforeAll(async () => {
    tenant = await makeTenant(server.database)
    const { projectId } = tenant
    const { database } = server
    for (const version of ['1.0', '2.0']) {
      await database.query(
        'insert into release (project_id, version, first_seen) values ($1, $2, $3)',
        [projectId, version, version === '1.0' ? ago(500) : ago(20)],
      )
    }
    await makeIssue(database, projectId, {
      title: 'TypeError: order is undefined',
      type: 'TypeError',
      value: 'order is undefined',
      culprit: 'src/orders.ts in load',
      transaction: 'GET /orders/:id',
      timesSeen: 50,
      usersSeen: 3,
      firstSeen: ago(10),
      lastSeen: ago(1),
      firstRelease: '2.0',
      tags: { environment: 'production', release: '2.0', region: 'eu' },
    })
    await makeIssue(database, projectId, {
      title: '100%_sure: \\ backslash',
      type: 'Oops',
      level: 'warning',
      firstSeen: ago(400),
      lastSeen: ago(300),
      substatus: 2,
      firstRelease: '1.0',
      tags: { environment: 'staging', release: '1.0' },
    })
    await makeIssue(database, projectId, { title: 'resolved one', status: 1, lastSeen: ago(2) })
    await makeIssue(database, projectId, {
      title: 'ignored one',
      status: 2,
      lastSeen: ago(3),
      level: 'fatal',
    })
  })

  const ORDER = 'TypeError: order is undefined'
  const SURE = '100%_sure: \\ backslash'
  const RESOLVED = 'resolved one'
  const IGNORED = 'ignored one'

  test.each<[string | undefined, string[]]>([
    [undefined, [ORDER, SURE]],
    ['', [ORDER, RESOLVED, IGNORED, SURE]],
    ['is:resolved', [RESOLVED]],
    ['is:archived', [IGNORED]],
    ['is:ignored', [IGNORED]],
    ['!is:unresolved', [RESOLVED, IGNORED]],
    ['is:[resolved,ignored]', [RESOLVED, IGNORED]],
    ['is:regressed', [SURE]],
    ['is:new', [ORDER]],
    ['is:unresolved is:resolved', []],
    ['is:unassigned', [ORDER, RESOLVED, IGNORED, SURE]],
    ['level:warning', [SURE]],
    ['level:[warning,fatal]', [IGNORED, SURE]],
    ['!level:error', [IGNORED, SURE]],
    ['environment:production', [ORDER]],
    ['!environment:production', [RESOLVED, IGNORED, SURE]],
    ['release:1.0', [SURE]],
    ['release:latest', [ORDER]],
    ['release:2.*', [ORDER]],
    ['first_release:1.0', [SURE]],
    ['region:eu', [ORDER]],
    ['region:u*', []],
    ['has:region', [ORDER]],
    ['!has:region', [RESOLVED, IGNORED, SURE]],
    ['error.type:TypeError', [ORDER]],
    ['error.type:type*', [ORDER]],
    ['error.value:"order is undefined"', [ORDER]],
    ['transaction:"GET /orders/:id"', [ORDER]],
    ['times_seen:>10', [ORDER]],
    ['times_seen:1', [RESOLVED, IGNORED, SURE]],
    ['users:>=3', [ORDER]],
    ['lastSeen:-24h', [ORDER, RESOLVED, IGNORED]],
    ['lastSeen:+7d', [SURE]],
    ['firstSeen:>2020-01-01 is:regressed', [SURE]],
    ['order', [ORDER]],
    ['ORDER UNDEFINED', [ORDER]],
    ['"order is"', [ORDER]],
    ['!order', [RESOLVED, IGNORED, SURE]],
    ['100%_sure', [SURE]],
    ['%', [SURE]],
    ['_', [SURE]],
    ['\\', [SURE]],
    ["' or 1=1 --", []],
    ['error.unhandled:false', [ORDER, RESOLVED, IGNORED, SURE]],
    ['error.handled:0', []],
    ['nothing.known:x', []],
    ['constructor:x', []],
  ])('%j finds %j', async (query, titles) => {
    const found = await list(tenant, query === undefined ? {} : { query })
    expect([found.status, found.titles]).toEqual([200, titles])
    expect(found.headers.get('x-hits')).toBe(String(titles.length))
  })

  test.each([
    'is:broken',
    'is:constructor',
    'level:loud',
    'times_seen:many',
    'level:>error',
    'user.id:1',
    'lastSeen:x',
    'issue:x y:',
  ])('%j is refused with a sentence', async (query) => {
    const { status, body } = await list(tenant, { query })
    expect([status, body]).toEqual([
      400,
      { code: 'invalid_search', detail: expect.stringMatching(/^.{10,200}\.$/) },
    ])
  })

  test('environment, period and end narrow the list', async () => {
    expect((await list(tenant, { environment: 'staging' })).titles).toEqual([SURE])
    expect((await list(tenant, { statsPeriod: '24h' })).titles).toEqual([ORDER])
    expect((await list(tenant, { end: ago(100).toISOString() })).titles).toEqual([SURE])
    expect((await list(tenant, { statsPeriod: 'soon' })).status).toBe(400)
  })

  test('over the organisation finds the issues of all its projects, or of those chosen', async () => {
    const base = `/api/0/organizations/${tenant.organization}/issues/`
    expect(titlesOf((await call(server, 'GET', base, tenant)).body)).toEqual([ORDER, SURE])
    for (const project of ['-1', tenant.project, String(tenant.projectId)]) {
      const { body } = await call(server, 'GET', `${base}?project=${project}`, tenant)
      expect(titlesOf(body)).toEqual([ORDER, SURE])
    }
  })

  test('a short id leads straight to its issue', async () => {
    const shortId = `${tenant.project.toUpperCase()}-3`
    const { titles, headers } = await list(tenant, { query: shortId, shortIdLookup: '1' })
    expect(titles).toEqual([RESOLVED])
    expect(headers.get('x-sentry-direct-hit')).toBe('1')
  })
})

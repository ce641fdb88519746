import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Issue, IssueDetail, type ProjectOverview } from '@mayday/protocol/api/issues'
import { makeIssue, makeTenant, type Tenant } from '../../test/factories.ts'
import { call, sessionCookie, startTestServer, type TestServer } from '../../test/server.ts'

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
  const { body } = await call(server, 'GET', path, tenant)
  return { issues: body as Issue[], titles: (body as Issue[]).map(({ title }) => title) }
}

describe('one issue', () => {
  let tenant: Tenant
  let id: string

  beforeAll(async () => {
    tenant = await makeTenant(server.database)
    id = await makeIssue(server.database, tenant.projectId, {
      title: 'Boom',
      timesSeen: 3,
      firstRelease: '1.0',
      tags: { browser: 'Firefox', release: '1.0' },
    })
    await server.database.query(
      `insert into release (project_id, version, first_seen) values ($1, '1.0', now())`,
      [tenant.projectId],
    )
    await server.database.query(
      `insert into issue_hour values ($1, date_trunc('hour', now()), '', 2),
         ($1, date_trunc('hour', now()), 'production', 1),
         ($1, date_trunc('hour', now()) - interval '3 hours', '', 4),
         ($1, date_trunc('hour', now()) - interval '40 days', '', 100)`,
      [id],
    )
    await server.database.query(
      `insert into project_hour values ($1, date_trunc('hour', now()), '', 14)`,
      [tenant.projectId],
    )
  })

  const paths = () => [
    `/api/0/issues/${id}/`,
    `/api/0/organizations/${tenant.organization}/issues/${id}/`,
    `/api/0/organizations/${tenant.organizationId}/issues/${tenant.project.toUpperCase()}-1/`,
  ]

  test('is answered by id and by short id, as the schema says', async () => {
    for (const path of paths()) {
      const { status, body } = await call(server, 'GET', path, tenant)
      expect(status).toBe(200)
      expect(IssueDetail.strict().parse(body)).toMatchObject({
        id,
        title: 'Boom',
        count: '3',
        status: 'unresolved',
        substatus: 'new',
        isNewInRelease: true,
        permalink: `http://mayday.test/${tenant.organization}/issues/${id}/`,
        firstRelease: { version: '1.0' },
        shareOfProject: 0.5,
        activity: [{ type: 'first_seen' }],
        tags: [
          { key: 'browser', totalValues: 1, uniqueValues: 1, topValues: [{ value: 'Firefox' }] },
          { key: 'release' },
        ],
      })
    }
  })

  test('has charts without gaps that end now', async () => {
    const { body } = await call(server, 'GET', paths()[0] ?? '', tenant)
    const { stats } = body as IssueDetail
    const hours = stats['24h'] ?? []
    expect(hours).toHaveLength(24)
    expect(hours.map(([, n]) => n).filter((n) => n > 0)).toEqual([4, 3])
    expect(hours.at(-1)?.[1]).toBe(3)
    expect(
      hours.every(([at], index) => index === 0 || at - (hours[index - 1]?.[0] ?? 0) === 3_600),
    ).toBe(true)
    const days = stats['14d'] ?? []
    expect(days).toHaveLength(14)
    expect(days.reduce((sum, [, n]) => sum + n, 0)).toBe(7)
  })

  test('has a chart of one environment when the list is narrowed to it', async () => {
    await server.database.query(
      `insert into issue_tag values ($1, 'environment', 'production', $2, 1, now(), now())`,
      [id, tenant.projectId],
    )
    const { issues } = await list(tenant, { environment: 'production', groupStatsPeriod: '14d' })
    expect(Object.keys(issues[0]?.stats ?? {})).toEqual(['14d'])
    expect(issues[0]?.stats['14d']?.at(-1)?.[1]).toBe(1)
    const { issues: bare } = await list(tenant, { groupStatsPeriod: '' })
    expect(bare[0]?.stats).toEqual({})
    expect(Issue.strict().safeParse(bare[0]).success).toBe(true)
  })

  test('is resolved, archived and reopened, and keeps who did it', async () => {
    const cookie = await sessionCookie(server.database, tenant.accountId)
    for (const [status, substatus] of [
      ['resolved', null],
      ['ignored', 'archived_forever'],
      ['unresolved', 'ongoing'],
    ]) {
      const path = `/api/0/issues/${id}/`
      const { body } = await call(server, 'PUT', path, { cookie, body: { status } })
      expect(body).toMatchObject({ status, substatus })
      // A second time changes nothing and is not noted.
      await call(server, 'PUT', path, { cookie, body: { status } })
    }
    const { body } = await call(server, 'GET', `/api/0/issues/${id}/activities/`, tenant)
    const { activity } = body as { activity: { type: string; user: { name: string } | null }[] }
    expect(activity.map(({ type, user }) => [type, user?.name])).toEqual([
      ['set_unresolved', 'Person'],
      ['set_ignored', 'Person'],
      ['set_resolved', 'Person'],
      ['first_seen', undefined],
    ])
  })

  test.each([
    { status: 'closed' },
    { status: 'resolvedInNextRelease' },
    { status: 'resolved', statusDetails: { inNextRelease: true } },
    { status: 'ignored', substatus: 'archived_until_escalating' },
    { status: 'ignored', ignoreCount: 10 },
    { assignedTo: 'user:1' },
    {},
  ])('the update %j is refused, not half done', async (body) => {
    const { status } = await call(server, 'PUT', `/api/0/issues/${id}/`, { ...tenant, body })
    expect(status).toBe(400)
  })

  test('tells its hashes and its tags', async () => {
    const { body: hashes } = await call(server, 'GET', `/api/0/issues/${id}/hashes/`, tenant)
    expect(hashes).toEqual([
      { id: expect.stringMatching(/^[0-9a-f]{32}$/), algorithm: 'v1', latestEvent: null },
    ])
    const tag = await call(server, 'GET', `/api/0/issues/${id}/tags/browser/`, tenant)
    expect(tag.body).toMatchObject({ key: 'browser', topValues: [{ value: 'Firefox', count: 1 }] })
    expect((await call(server, 'GET', `/api/0/issues/${id}/tags/none/`, tenant)).status).toBe(404)
    const values = await call(
      server,
      'GET',
      `/api/0/issues/${id}/tags/browser/values/?query=fire`,
      tenant,
    )
    expect(values.body).toMatchObject([{ value: 'Firefox' }])
  })

  test('is found by its short id', async () => {
    const shortId = `${tenant.project.toUpperCase()}-1`
    const path = `/api/0/organizations/${tenant.organization}/shortids/${shortId}/`
    expect((await call(server, 'GET', path, tenant)).body).toMatchObject({ groupId: id, shortId })
  })
})

describe('changes in bulk', () => {
  test('touch the issues named, or those found, and no others', async () => {
    const tenant = await makeTenant(server.database)
    const make = (title: string) => makeIssue(server.database, tenant.projectId, { title })
    const [one, two, three] = [await make('one'), await make('two'), await make('three apples')]
    const base = `/api/0/organizations/${tenant.organization}/issues/`
    const byId = await call(server, 'PUT', `${base}?id=${one}&id=${two}`, {
      ...tenant,
      body: { status: 'resolved' },
    })
    expect(byId.body).toEqual({ status: 'resolved', statusDetails: {}, substatus: null })
    expect((await list(tenant)).titles).toEqual(['three apples'])
    const found = await call(server, 'PUT', `${base}?query=apples`, {
      ...tenant,
      body: { status: 'ignored' },
    })
    expect(found.status).toBe(200)
    expect((await list(tenant, { query: 'is:archived' })).titles).toEqual(['three apples'])
    expect((await list(tenant, { query: 'is:resolved' })).titles).toHaveLength(2)
    expect((await call(server, 'DELETE', `${base}?id=${three}`, tenant)).status).toBe(204)
    expect((await list(tenant, { query: '' })).titles).toHaveLength(2)
  })

  test('need to be told which issues', async () => {
    const tenant = await makeTenant(server.database)
    const path = `/api/0/organizations/${tenant.organization}/issues/`
    expect((await call(server, 'DELETE', path, tenant)).status).toBe(400)
    const body = { status: 'resolved' }
    expect((await call(server, 'PUT', path, { ...tenant, body })).status).toBe(400)
    expect((await call(server, 'PUT', `${path}?id=x`, { ...tenant, body })).status).toBe(400)
  })
})

test('the overview counts events, users, releases and issues of the period', async () => {
  const tenant = await makeTenant(server.database)
  const path = `/api/0/projects/${tenant.organization}/${tenant.project}/overview/`
  const empty = await call(server, 'GET', path, tenant)
  expect(empty.body).toMatchObject({ hasEvents: false, events: 0, newestRelease: null })
  const { projectId } = tenant
  const id = await makeIssue(server.database, projectId, { firstRelease: '1.0' })
  await makeIssue(server.database, projectId, { substatus: 2, firstSeen: ago(100) })
  await makeIssue(server.database, projectId, { lastSeen: ago(48) })
  await server.database.query(
    `insert into project_hour values ($1, date_trunc('hour', now()), 'production', 5), ($1, date_trunc('hour', now()), '', 2)`,
    [projectId],
  )
  await server.database.query(
    `insert into issue_user values ($1, 7, $2, now()), ($1, 8, $2, now())`,
    [id, projectId],
  )
  await server.database.query(
    `insert into release (project_id, version, first_seen) values ($1, '1.0', now() - interval '1 minute')`,
    [projectId],
  )
  const { body } = await call(server, 'GET', path, tenant)
  expect(body).toMatchObject({
    hasEvents: true,
    events: 7,
    users: 2,
    newestRelease: '1.0',
    newInRelease: 1,
    regressed: 1,
    releases: [{ version: '1.0' }],
    counts: { unresolved: 2, new: 1, regressed: 1, resolved: 0, ignored: 0 },
  })
  expect((body as ProjectOverview).series).toHaveLength(24)
  const narrowed = await call(
    server,
    'GET',
    `${path}?environment=production&statsPeriod=14d`,
    tenant,
  )
  expect(narrowed.body).toMatchObject({ events: 5 })
  expect((narrowed.body as ProjectOverview).series).toHaveLength(56)
})

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ROLES, SCOPES } from '@mayday/protocol/api/account'
import { grants, ROLE_SCOPES } from '../src/account/roles.ts'
import { createToken } from '../src/account/tokens.ts'
import { formatShortId } from '../src/issues/short-id.ts'
import {
  makeAccount,
  makeAttachment,
  makeEvent,
  makeIssue,
  makeTenant,
  type Tenant,
} from './factories.ts'
import { allRoutes, type Route } from './routes.ts'
import { call, sessionCookie, startTestServer, type TestServer } from './server.ts'

type World = { tenant: Tenant; cookie: string; ids: Record<string, string> }

const ROUTES = allRoutes()
const scopeRoutes = ROUTES.filter(({ access }) => access?.kind === 'scope')

let server: TestServer
let ours: World
let theirs: World

beforeAll(async () => {
  server = await startTestServer()
  ours = await makeWorld()
  theirs = await makeWorld()
})
afterAll(() => server.stop())

test('every route declares who may call it', () => {
  const open = ROUTES.filter(({ access }) => access === undefined)
  expect(open.map(({ handler }) => handler)).toEqual([])
})

test('only signing in, signing out, the index and health answer strangers', () => {
  const open = ROUTES.filter(({ access }) => /^(public|optional)$/.test(access?.kind ?? ''))
  expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    'DELETE /api/0/auth',
    'GET /api/0',
    'GET /health/live',
    'GET /health/ready',
    'POST /api/0/auth',
    'POST /api/0/auth/link',
  ])
})

test('a stranger is turned away from every other route', async () => {
  for (const route of ROUTES) {
    if (/^(public|optional)$/.test(route.access?.kind ?? '')) continue
    const headers = { 'sec-fetch-site': 'same-origin' }
    const { status } = await send(route, ours.ids, { headers })
    expect(`${route.handler} ${status}`).toBe(`${route.handler} 401`)
  }
})

describe('two tenants', () => {
  const withIds = ROUTES.filter(({ path, access }) => path.includes(':') && access !== undefined)

  test('ids of another tenant are not found, by session and by token, and nothing changes', async () => {
    const before = await snapshot()
    for (const route of withIds) {
      for (const ids of foreignIds(route)) {
        const callers = [{ cookie: ours.cookie }, { token: ours.tenant.token }]
        for (const caller of route.access?.kind === 'session' ? callers.slice(0, 1) : callers) {
          const { status } = await send(route, ids, caller)
          const shown = `${route.method} ${fill(route.path, ids)}`
          expect(`${shown} ${status}`).toBe(`${shown} 404`)
        }
      }
    }
    expect(await snapshot()).toEqual(before)
  })

  test('ids of another tenant in bulk and in filters find nothing', async () => {
    const base = `/api/0/organizations/${ours.tenant.organization}/issues/`
    const foreign = theirs.ids.issue
    const body = { status: 'resolved' }
    for (const path of [`${base}?id=${foreign}`, `${base}?id=${foreign}&id=999999`]) {
      expect((await call(server, 'PUT', path, { ...ours, body })).status).toBe(404)
      expect((await call(server, 'DELETE', path, ours)).status).toBe(404)
    }
    for (const project of [theirs.tenant.project, String(theirs.tenant.projectId)]) {
      expect((await call(server, 'GET', `${base}?project=${project}`, ours)).status).toBe(404)
    }
    const search = await call(server, 'GET', `${base}?query=issue.id:${foreign}`, ours)
    expect(search.body).toEqual([])
    const both = `${base}?id=${foreign}&id=${ours.ids.issue}`
    expect((await call(server, 'PUT', both, { ...ours, body })).status).toBe(200)
    expect([await statusesOf(ours), await statusesOf(theirs)]).toEqual([[1], [0]])
  })

  test('lists without an id in their path show nothing of another tenant', async () => {
    const lists = ROUTES.filter(({ method, path }) => method === 'GET' && !path.includes(':'))
    for (const route of lists) {
      const { body } = await call(server, 'GET', route.path, { cookie: ours.cookie })
      expect(JSON.stringify(body)).not.toContain(theirs.tenant.organization)
    }
  })
})

describe('scopes', () => {
  test('a token needs the scope of the route, or a stronger one', async () => {
    for (const route of scopeRoutes) {
      if (route.access?.kind !== 'scope') continue
      const { scope } = route.access
      const weaker = SCOPES.filter((held) => !grants([held], scope))
      const without = await tokenWith(weaker)
      const { status } = await send(route, NOWHERE, { token: without })
      expect(`${route.handler} ${status}`).toBe(`${route.handler} 403`)
      for (const held of SCOPES.filter((one) => grants([one], scope))) {
        const allowed = await send(route, NOWHERE, { token: await tokenWith([held]) })
        expect([401, 403]).not.toContain(allowed.status)
      }
    }
  })

  test('a session may do what its role may, the same as a token with those scopes', async () => {
    for (const role of ROLES) {
      const accountId = await makeAccount(server.database, ours.tenant.organizationId, role)
      const cookie = await sessionCookie(server.database, accountId)
      for (const route of scopeRoutes) {
        if (route.access?.kind !== 'scope') continue
        const mayCall = grants(ROLE_SCOPES[role], route.access.scope)
        const { status } = await send(route, NOWHERE, { cookie })
        expect(`${role} ${route.handler} ${status === 403}`).toBe(
          `${role} ${route.handler} ${!mayCall}`,
        )
      }
    }
  })

  test('a token cannot do what only a signed-in person may', async () => {
    for (const route of ROUTES.filter(({ access }) => access?.kind === 'session')) {
      const { status } = await send(route, NOWHERE, { token: ours.tenant.token })
      expect(`${route.handler} ${status}`).toBe(`${route.handler} 403`)
    }
  })
})

/** Ids within our own organisation that lead nowhere, so that what is allowed still changes nothing. */
const NOWHERE: Record<string, string> = {
  attachment: '999999999',
  monitor: 'none',
  project: 'none',
  issue: '999999999',
  event: 'f'.repeat(32),
  errorId: 'f'.repeat(32),
  shortId: 'NONE-1',
  key: 'none',
  team: 'none',
  id: '999999999',
}

/** Someone else's ids in every place, and someone else's inner ids below our own outer ones. */
function foreignIds({ path }: Route): Record<string, string>[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string)
  return names
    .map((_, depth) => {
      const own = names.slice(0, depth).map((name) => [name, ours.ids[name] ?? ''])
      const foreign = names.slice(depth).map((name) => [name, theirs.ids[name] ?? ''])
      return Object.fromEntries([...own, ...foreign]) as Record<string, string>
    })
    .filter((ids) => {
      // Below an issue of our own `:key` is the name of a tag, which belongs to nobody.
      const isTagOfOurs = path.includes('/tags/') && ids.issue === ours.ids.issue
      return !isTagOfOurs
    })
}

function fill(path: string, ids: Record<string, string>): string {
  const all = { organization: ours.tenant.organization, ...ids }
  return `${path.replace(/:(\w+)/g, (_, name: string) => (all as Record<string, string>)[name] ?? '')}/`
}

type By = Parameters<typeof call>[3]

function send(route: Route, ids: Record<string, string>, by: By) {
  const body = BODIES[route.handler]
  const isList = route.handler.startsWith('IssueListsController') && route.method !== 'GET'
  const path = fill(route.path, ids) + (isList ? '?id=999999999' : '')
  return call(server, route.method, path, { ...by, ...(body ? { body } : {}) })
}

const BODIES: Record<string, unknown> = {
  'OrganizationsController.createProject': { name: 'Intruder', slug: 'intruder' },
  'ProjectsController.update': { name: 'Intruder' },
  'ProjectKeysController.create': { name: 'Intruder' },
  'ProjectKeysController.update': { name: 'Intruder', isActive: false },
  'IssueListsController.update': { status: 'resolved' },
  'IssuesController.update': { status: 'resolved' },
  'UsersController.update': { name: 'Intruder' },
  'ApiTokensController.create': { name: 'Intruder', scopes: ['event:read'] },
}

async function makeWorld(): Promise<World> {
  const { database } = server
  const tenant = await makeTenant(database)
  const issue = await makeIssue(database, tenant.projectId, { tags: { browser: 'Firefox' } })
  const event = await makeEvent(database, { projectId: tenant.projectId, issueId: issue })
  await database.query("insert into monitor (project_id, slug) values ($1, 'of-' || $2::text)", [
    tenant.projectId,
    tenant.project,
  ])
  const attachment = await makeAttachment(database, { projectId: tenant.projectId, eventId: event })
  await createToken(database, {
    organizationSlug: tenant.organization,
    accountId: tenant.accountId,
    name: 'of the person',
    scopes: ['event:read'],
  })
  const [token]: { id: number }[] = await database.query(
    'select id from api_token where account_id = $1',
    [tenant.accountId],
  )
  return {
    tenant,
    cookie: await sessionCookie(database, tenant.accountId),
    ids: {
      organization: tenant.organization,
      project: tenant.project,
      team: tenant.organization,
      key: tenant.publicKey,
      issue,
      event,
      attachment,
      monitor: `of-${tenant.project}`,
      errorId: event,
      shortId: formatShortId(tenant.project, 1),
      id: String(token?.id),
    },
  }
}

function tokenWith(scopes: readonly (typeof SCOPES)[number][]): Promise<string> {
  const { organization } = ours.tenant
  return createToken(server.database, { organizationSlug: organization, name: 'some', scopes })
}

/** All that a tenant can call their own; last-use times aside. */
async function snapshot(): Promise<unknown> {
  const tables = [
    ...['organization', 'member', 'project', 'project_key'],
    ...['issue', 'issue_activity', 'monitor'],
  ]
  const rows = await Promise.all(
    [...tables, 'account'].map((table) =>
      server.database.query(`select * from ${table} order by 1, 2`),
    ),
  )
  const [events] = await server.database.query('select count(*) from event')
  const [tokens] = await server.database.query('select count(*) from api_token')
  return { rows, events, tokens }
}

async function statusesOf({ tenant }: World): Promise<number[]> {
  const rows: { status: number }[] = await server.database.query(
    'select status from issue where project_id = $1',
    [tenant.projectId],
  )
  return rows.map(({ status }) => status)
}

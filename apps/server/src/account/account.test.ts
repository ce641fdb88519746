import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { makeTenant, type Tenant } from '../../test/factories.ts'
import { call, sessionCookie, startTestServer, type TestServer } from '../../test/server.ts'
import { ensureProject } from '../projects/create-project.ts'
import { ensureOwner } from './first-owner.ts'
import { createSignInLink } from './sign-in-links.ts'
import { createToken } from './tokens.ts'

// Passwords are slow to hash on purpose, and slower on a busy machine.
jest.setTimeout(60_000)

const OURS = { 'sec-fetch-site': 'same-origin' }
const PASSWORD = 'a long enough password'

let server: TestServer
let tenant: Tenant

beforeAll(async () => {
  server = await startTestServer()
  tenant = await makeTenant(server.database)
})
afterAll(() => server.stop())

function signIn(email: string, password: string) {
  return call(server, 'POST', '/api/0/auth/', { body: { email, password }, headers: OURS })
}

function cookieOf(headers: Headers): string {
  return headers.get('set-cookie')?.split(';', 1)[0] ?? ''
}

describe('the sign-in link', () => {
  test('signs in once, and only one of fifty at the same time', async () => {
    const token = await createSignInLink(server.database, tenant.accountId)
    const tries = await Promise.all(
      Array.from({ length: 50 }, () =>
        call(server, 'POST', '/api/0/auth/link/', { body: { token }, headers: OURS }),
      ),
    )
    expect(tries.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(49)
  })

  test('ends when it is too old or replaced by a newer one', async () => {
    const old = await createSignInLink(server.database, tenant.accountId)
    const replaced = await createSignInLink(server.database, tenant.accountId)
    await server.database.query(`update sign_in_link set expires_at = now() - interval '1 second'`)
    for (const token of [old, replaced, 'made-up']) {
      const { status, body } = await call(server, 'POST', '/api/0/auth/link/', {
        body: { token },
        headers: OURS,
      })
      expect([status, body]).toEqual([401, expect.objectContaining({ code: 'link_not_valid' })])
    }
  })
})

describe('password and session', () => {
  test('an owner who came by link sets e-mail and password and signs in with them', async () => {
    const other = await makeTenant(server.database)
    const first = await sessionCookie(server.database, other.accountId)
    const second = await sessionCookie(server.database, other.accountId)
    const link = await createSignInLink(server.database, other.accountId)
    const update = { email: 'Owner@Shop.example', password: PASSWORD }
    const saved = await call(server, 'PUT', '/api/0/users/me/', { cookie: first, body: update })
    expect(saved.body).toMatchObject({ email: 'owner@shop.example', hasPassword: true })
    expect((await call(server, 'GET', '/api/0/users/me/', { cookie: second })).status).toBe(401)
    expect((await call(server, 'GET', '/api/0/users/me/', { cookie: first })).status).toBe(200)
    const byLink = { body: { token: link }, headers: OURS }
    expect((await call(server, 'POST', '/api/0/auth/link/', byLink)).status).toBe(401)
    expect((await signIn('OWNER@shop.example', PASSWORD)).status).toBe(200)

    const change = { password: 'another long password' }
    const without = await call(server, 'PUT', '/api/0/users/me/', { cookie: first, body: change })
    expect(without.status).toBe(400)
    const wrong = { ...change, currentPassword: 'not it at all' }
    expect(
      (await call(server, 'PUT', '/api/0/users/me/', { cookie: first, body: wrong })).status,
    ).toBe(400)
    const right = { ...change, currentPassword: PASSWORD }
    expect(
      (await call(server, 'PUT', '/api/0/users/me/', { cookie: first, body: right })).status,
    ).toBe(200)
    expect((await signIn('owner@shop.example', PASSWORD)).status).toBe(401)
  })

  test('an e-mail address belongs to one account', async () => {
    const [one, two] = [await makeTenant(server.database), await makeTenant(server.database)]
    const body = { email: 'taken@shop.example', password: PASSWORD }
    const first = await sessionCookie(server.database, one.accountId)
    const second = await sessionCookie(server.database, two.accountId)
    expect((await call(server, 'PUT', '/api/0/users/me/', { cookie: first, body })).status).toBe(
      200,
    )
    expect((await call(server, 'PUT', '/api/0/users/me/', { cookie: second, body })).status).toBe(
      409,
    )
  })

  test('an unknown name and a wrong password get the same answer', async () => {
    const one = await makeTenant(server.database)
    const cookie = await sessionCookie(server.database, one.accountId)
    const body = { email: 'known@shop.example', password: PASSWORD }
    await call(server, 'PUT', '/api/0/users/me/', { cookie, body })
    const wrong = await signIn('known@shop.example', 'wrong password')
    const unknown = await signIn('unknown@shop.example', 'wrong password')
    expect([wrong.status, wrong.body]).toEqual([401, unknown.body])
  })

  test('guessing is slowed down with 429 and the seconds to wait', async () => {
    let last = await signIn('guessed@shop.example', 'guess')
    for (let i = 0; i < 5; i++) last = await signIn('guessed@shop.example', 'guess')
    expect(last.status).toBe(429)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('a fresh session id is given at every sign-in and the old one ends', async () => {
    const before = await sessionCookie(server.database, tenant.accountId)
    const token = await createSignInLink(server.database, tenant.accountId)
    const { headers } = await call(server, 'POST', '/api/0/auth/link/', {
      cookie: before,
      body: { token },
    })
    const after = cookieOf(headers)
    expect(after).not.toBe(before)
    expect((await call(server, 'GET', '/api/0/users/me/', { cookie: before })).status).toBe(401)
    expect((await call(server, 'GET', '/api/0/users/me/', { cookie: after })).status).toBe(200)
  })

  test('signing out ends the session on the server', async () => {
    const cookie = await sessionCookie(server.database, tenant.accountId)
    expect((await call(server, 'DELETE', '/api/0/auth/', { cookie })).status).toBe(204)
    expect((await call(server, 'GET', '/api/0/users/me/', { cookie })).status).toBe(401)
  })

  test('a session ends after 7 days of rest and after 30 days at all', async () => {
    for (const aged of [
      `last_used_at = now() - interval '7 days 1 minute'`,
      `expires_at = now() - interval '1 second'`,
    ]) {
      const cookie = await sessionCookie(server.database, tenant.accountId)
      await server.database.query(`update session set ${aged} where account_id = $1`, [
        tenant.accountId,
      ])
      expect((await call(server, 'GET', '/api/0/users/me/', { cookie })).status).toBe(401)
    }
  })

  test('the cookie is closed to scripts and other sites; on https it is bound to the host', async () => {
    const token = await createSignInLink(server.database, tenant.accountId)
    const plain = await call(server, 'POST', '/api/0/auth/link/', {
      body: { token },
      headers: OURS,
    })
    const cookie = plain.headers.get('set-cookie')
    expect(cookie).toMatch(
      /^mayday_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const secure = await startTestServer({ MAYDAY_URL: 'https://mayday.test' })
    try {
      const { accountId } = await makeTenant(secure.database)
      const link = await createSignInLink(secure.database, accountId)
      const { headers } = await call(secure, 'POST', '/api/0/auth/link/', {
        body: { token: link },
        headers: OURS,
      })
      expect(headers.get('set-cookie')).toMatch(
        /^__Host-mayday_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      )
    } finally {
      await secure.stop()
    }
  })
})

describe('requests from other sites', () => {
  test('a write with the session is refused unless it comes from our own page, as JSON', async () => {
    const cookie = await sessionCookie(server.database, tenant.accountId)
    const body = { name: 'Changed' }
    const put = (headers: Record<string, string>) =>
      call(server, 'PUT', '/api/0/users/me/', { body, headers: { cookie, ...headers } })
    expect((await put({})).status).toBe(403)
    expect((await put({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await put({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await put({ ...OURS, 'content-type': 'text/plain' })).status).toBe(415)
    expect((await put({ origin: 'http://mayday.test' })).status).toBe(200)
  })

  test('nobody can be signed in by another site', async () => {
    const body = { email: 'x@shop.example', password: 'x' }
    const headers = { origin: 'https://evil.example' }
    expect((await call(server, 'POST', '/api/0/auth/', { body, headers })).status).toBe(403)
  })
})

describe('tokens', () => {
  test('are shown once, kept as a hash, and end at once when deleted', async () => {
    const cookie = await sessionCookie(server.database, tenant.accountId)
    const made = await call(server, 'POST', '/api/0/api-tokens/', {
      cookie,
      body: { name: 'CI', scopes: ['project:releases', 'project:read'] },
    })
    expect(made.status).toBe(201)
    const { id, token } = made.body as { id: string; token: string }
    expect(token).toMatch(/^mdy_[0-9a-f]{70}$/)
    const list = await call(server, 'GET', '/api/0/api-tokens/', { cookie })
    expect(JSON.stringify(list.body)).not.toContain(token)
    const stored: unknown[] = await server.database.query('select * from api_token')
    expect(JSON.stringify(stored)).not.toContain(token)
    const path = `/api/0/organizations/${tenant.organization}/projects/`
    expect((await call(server, 'GET', path, { token })).status).toBe(200)
    expect((await call(server, 'DELETE', `/api/0/api-tokens/${id}/`, { cookie })).status).toBe(204)
    expect((await call(server, 'GET', path, { token })).status).toBe(401)
  })

  test('get no scope that the role of their maker lacks, and lose what it loses', async () => {
    const member = await makeTenant(server.database, { role: 'member' })
    const cookie = await sessionCookie(server.database, member.accountId)
    const body = { name: 'too much', scopes: ['project:write'] }
    expect((await call(server, 'POST', '/api/0/api-tokens/', { cookie, body })).status).toBe(403)
    const token = await createToken(server.database, {
      organizationSlug: member.organization,
      accountId: member.accountId,
      name: 'from better days',
      scopes: ['project:write', 'project:read'],
    })
    const { body: index } = await call(server, 'GET', '/api/0/', { token })
    expect(index).toMatchObject({ auth: { scopes: ['project:read'] } })
    await server.database.query('delete from member where account_id = $1', [member.accountId])
    expect((await call(server, 'GET', '/api/0/', { token })).status).toBe(401)
  })

  test('end when they are too old', async () => {
    const token = await createToken(server.database, {
      organizationSlug: tenant.organization,
      name: 'old',
      scopes: ['org:read'],
    })
    await server.database.query(
      `update api_token set expires_at = now() - interval '1 second' where name = 'old'`,
    )
    expect((await call(server, 'GET', '/api/0/organizations/', { token })).status).toBe(401)
  })

  test('with a typing mistake are refused without asking the database', async () => {
    const token = `${tenant.token.slice(0, -1)}${tenant.token.endsWith('0') ? '1' : '0'}`
    expect((await call(server, 'GET', '/api/0/', { token })).status).toBe(401)
  })
})

describe('the first owner', () => {
  test('is made once, owns what has nobody, and needs a link until there is a password', async () => {
    const fresh = await startTestServer()
    try {
      const project = await ensureProject(fresh.database, { organization: 'acme', project: 'api' })
      expect(project).toMatchObject({
        created: true,
        publicKey: expect.stringMatching(/^[0-9a-f]{32}$/),
      })
      const again = await ensureProject(fresh.database, { organization: 'acme', project: 'api' })
      expect(again).toEqual({ ...project, created: false })
      const owners = await Promise.all([1, 2, 3].map(() => ensureOwner(fresh.database, undefined)))
      expect(new Set(owners.map(({ accountId }) => accountId)).size).toBe(1)
      expect(owners[0]?.needsLink).toBe(true)
      const members = await fresh.database.query('select role from member')
      expect(members).toEqual([{ role: 'owner' }])
    } finally {
      await fresh.stop()
    }
  })

  test('with e-mail and password from the settings can sign in at once', async () => {
    const fresh = await startTestServer()
    try {
      const admin = { email: 'Admin@Shop.example', password: PASSWORD }
      expect(await ensureOwner(fresh.database, admin)).toMatchObject({ needsLink: false })
      const body = { email: 'admin@shop.example', password: PASSWORD }
      expect((await call(fresh, 'POST', '/api/0/auth/', { body, headers: OURS })).status).toBe(200)
    } finally {
      await fresh.stop()
    }
  })
})

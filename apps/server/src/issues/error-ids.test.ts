import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { makeEvent, makeIssue, makeTenant, type Tenant } from '../../test/factories.ts'
import { call, startTestServer, type TestServer } from '../../test/server.ts'

const START = Date.now() - 60_000

let server: TestServer
let tenant: Tenant
let issueId: string
const eventId = '3'.repeat(32)

beforeAll(async () => {
  server = await startTestServer()
  tenant = await makeTenant(server.database)
  issueId = await makeIssue(server.database, tenant.projectId, { firstSeen: new Date(START) })
  const of = { projectId: tenant.projectId, issueId }
  await makeEvent(server.database, of, { event_id: eventId }, new Date(START))
})
afterAll(() => server.stop())

describe('an error id', () => {
  test('or its beginning leads to its event', async () => {
    const expected = {
      organizationSlug: tenant.organization,
      projectSlug: tenant.project,
      groupId: issueId,
      eventId,
    }
    for (const id of [eventId, '33333333', '33333333-3333', '3'.repeat(31), ' 3333333333']) {
      const path = `/api/0/error-ids/${encodeURIComponent(id)}/`
      expect((await call(server, 'GET', path, tenant)).body).toEqual(expected)
    }
    const path = `/api/0/organizations/${tenant.organization}/eventids/${eventId}/`
    expect((await call(server, 'GET', path, tenant)).body).toMatchObject({
      ...expected,
      event: { eventID: eventId },
    })
  })

  test.each([
    ['nothex!!', /no error id/],
    ['3333333', /at least the first 8/],
    ['abcdef0123', /is older than the 90 days/],
  ])('%s is not there, and the answer says why', async (id, sentence) => {
    const { status, body } = await call(server, 'GET', `/api/0/error-ids/${id}/`, tenant)
    expect([status, body]).toEqual([
      404,
      { code: 'not_found', detail: expect.stringMatching(sentence) },
    ])
  })

  test('that several events begin with must be given longer', async () => {
    const of = { projectId: tenant.projectId, issueId }
    await makeEvent(server.database, of, { event_id: `${'7'.repeat(31)}1` }, new Date(START))
    await makeEvent(server.database, of, { event_id: `${'7'.repeat(31)}2` }, new Date(START))
    const short = await call(server, 'GET', '/api/0/error-ids/77777777/', tenant)
    expect(short.body).toMatchObject({ detail: expect.stringMatching(/Several/) })
    const whole = await call(server, 'GET', `/api/0/error-ids/${'7'.repeat(31)}2/`, tenant)
    expect(whole.status).toBe(200)
  })
})

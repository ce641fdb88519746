import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { makeEvent, makeIssue, makeTenant, type Tenant } from '../../test/factories.ts'
import { call, startTestServer, type TestServer } from '../../test/server.ts'

let server: TestServer
let tenant: Tenant

beforeAll(async () => {
  server = await startTestServer()
  tenant = await makeTenant(server.database)
})
afterAll(() => server.stop())

test('deleting the issue deletes its events', async () => {
  const of = {
    projectId: tenant.projectId,
    issueId: await makeIssue(server.database, tenant.projectId),
  }
  const eventId = await makeEvent(server.database, of)
  const path = `/api/0/issues/${of.issueId}/`
  expect((await call(server, 'DELETE', path, tenant)).status).toBe(204)
  expect((await call(server, 'GET', path, tenant)).status).toBe(404)
  expect((await call(server, 'GET', `/api/0/error-ids/${eventId}/`, tenant)).status).toBe(404)
  const rows = await server.database.query('select from event where issue_id = $1', [of.issueId])
  expect(rows).toEqual([])
})

test('deleting the project deletes all that is in it', async () => {
  const gone = await makeTenant(server.database)
  const of = {
    projectId: gone.projectId,
    issueId: await makeIssue(server.database, gone.projectId),
  }
  await makeEvent(server.database, of)
  const path = `/api/0/projects/${gone.organization}/${gone.project}/`
  expect((await call(server, 'DELETE', path, gone)).status).toBe(204)
  for (const table of ['event', 'issue', 'project_key']) {
    const rows = await server.database.query(`select from ${table} where project_id = $1`, [
      gone.projectId,
    ])
    expect([table, rows]).toEqual([table, []])
  }
})

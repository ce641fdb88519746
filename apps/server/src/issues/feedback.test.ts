import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Feedback } from '@mayday/protocol/api/feedback'
import { makeEvent, makeIssue, makeTenant, randomId, type Tenant } from '../../test/factories.ts'
import { call, startTestServer, type TestServer } from '../../test/server.ts'

const MINUTE_MS = 60_000
const START = Date.UTC(2026, 10, 1)

let server: TestServer
let tenant: Tenant
let issueId: string
let eventId: string

beforeAll(async () => {
  server = await startTestServer()
  tenant = await makeTenant(server.database)
  issueId = await makeIssue(server.database, tenant.projectId, { title: 'Error: failed' })
  eventId = await makeEvent(server.database, { projectId: tenant.projectId, issueId })
  for (let n = 0; n < 5; n++) await write(`words ${n}`, issueId, START + n * MINUTE_MS)
  await write('about nothing', null, START + 10 * MINUTE_MS)
})
afterAll(() => server.stop())

async function write(message: string, issue: string | null, atMs: number): Promise<void> {
  await server.database.query(
    `insert into feedback (project_id, feedback_id, event_id, issue_id, received_at, occurred_at,
       message, name) values ($1, $2, $3, $4, $5, $5, $6, 'Ada')`,
    [tenant.projectId, randomId(), issue && eventId, issue, new Date(atMs), message],
  )
}

const get = (path: string) => call(server, 'GET', path, tenant)
const words = (body: unknown) =>
  Feedback.strict()
    .array()
    .parse(body)
    .map(({ comments }) => comments)

test('what people wrote about an issue comes newest first, by pages', async () => {
  const first = await get(`/api/0/issues/${issueId}/user-reports/?limit=3`)
  expect(words(first.body)).toEqual(['words 4', 'words 3', 'words 2'])
  const next = /<([^>]+)>; rel="next"; results="true"/.exec(first.headers.get('link') ?? '')?.[1]
  const { pathname, search } = new URL(next ?? '')
  expect(words((await get(pathname + search)).body)).toEqual(['words 1', 'words 0'])
})

test('what is written about a project tells of which issue it is', async () => {
  const path = `/api/0/projects/${tenant.organization}/${tenant.project}/user-feedback/`
  const { body } = await get(path)
  expect(body).toMatchObject([
    { comments: 'about nothing', eventID: '', issue: null },
    { comments: 'words 4', name: 'Ada', eventID: eventId, issue: { id: issueId } },
    {},
    {},
    {},
    {},
  ])
})

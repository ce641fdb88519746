import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Attachment } from '@mayday/protocol/api/attachments'
import {
  makeAttachment,
  makeEvent,
  makeIssue,
  makeTenant,
  randomId,
  type Tenant,
} from '../../test/factories.ts'
import { call, startTestServer, type TestServer } from '../../test/server.ts'

const HTML = Buffer.from('<script>alert(1)</script>\0\xff', 'latin1')

let server: TestServer
let tenant: Tenant
let eventId: string

beforeAll(async () => {
  server = await startTestServer()
  tenant = await makeTenant(server.database)
  const issueId = await makeIssue(server.database, tenant.projectId)
  eventId = await makeEvent(server.database, { projectId: tenant.projectId, issueId })
})
afterAll(() => server.stop())

const pathOf = (event: string, rest = '') =>
  `/api/0/projects/${tenant.organization}/${tenant.project}/events/${event}/attachments/${rest}`
const get = (path: string) => call(server, 'GET', path, tenant)
const attach = (name: string, bytes = HTML, contentType = 'text/html') =>
  makeAttachment(
    server.database,
    { projectId: tenant.projectId, eventId },
    { name, bytes, contentType },
  )

test('an event without files has an empty list; an event that is not there has none', async () => {
  expect(await get(pathOf(eventId))).toMatchObject({ status: 200, body: [] })
  expect((await get(pathOf(randomId()))).status).toBe(404)
  expect((await get(pathOf('nonsense'))).status).toBe(404)
})

test('files are listed in the shape of the schema, also before their event is here', async () => {
  await attach('screen.html')
  const { body } = await get(pathOf(eventId))
  expect(Attachment.strict().array().parse(body)).toMatchObject([
    { event_id: eventId, name: 'screen.html', mimetype: 'text/html', size: HTML.length },
  ])
  const early = randomId()
  await makeAttachment(server.database, { projectId: tenant.projectId, eventId: early })
  expect((await get(pathOf(early))).body).toHaveLength(1)
})

describe('a download', () => {
  const download = (id: string, query = '?download=1') =>
    fetch(server.url + pathOf(eventId, `${id}/${query}`), {
      headers: { authorization: `Bearer ${tenant.token}` },
    })

  test.each(['?download=1', '?download'])('gives the bytes as they came (%s)', async (query) => {
    const response = await download(await attach(`a${query.length}`), query)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(HTML)
  })

  test('is never run by a browser, whatever the client said it is', async () => {
    const { headers } = await download(await attach('page.html'))
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(headers.get('content-disposition')).toMatch(/^attachment; /)
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each([
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['"; filename="evil.exe', '__ filename__evil.exe'],
    ['line\r\nset-cookie: a=b', 'line__set-cookie_ a_b'],
    ['Bücher (1).txt', 'B_cher _1_.txt'],
  ])('of %j is offered under a name that is only a name', async (name, plain) => {
    const { headers } = await download(await attach(name))
    const disposition = headers.get('content-disposition') ?? ''
    expect(disposition).toContain(`filename="${plain}"`)
    expect(decodeURIComponent(disposition.split("UTF-8''")[1] ?? '')).toBe(name)
    expect(headers.get('set-cookie')).toBeNull()
  })

  test('without being asked for, tells of the file instead', async () => {
    const id = await attach('told.txt')
    expect((await get(pathOf(eventId, `${id}/`))).body).toMatchObject({ id, name: 'told.txt' })
  })

  test('of a file of another event is not found', async () => {
    const id = await attach('mine.txt')
    expect((await get(pathOf(randomId(), `${id}/?download=1`))).status).toBe(404)
  })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type FastifyInstance, fastify } from 'fastify'
import { serveViewer } from './viewer.ts'

let folder: string
let server: FastifyInstance
let url: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mayday-viewer-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<title>Mayday</title>')
  writeFileSync(join(folder, 'favicon.svg'), '<svg/>')
  writeFileSync(join(folder, 'assets/main-abc123.js'), 'run()')
  server = fastify()
  await serveViewer(server, folder)
  url = await server.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

test.each(['/', '/shop/api/issues', '/shop/issues/7/', '/e/0123abcd', '/sign-in?next=%2F'])(
  '%s is a page of the viewer, asked for anew each time',
  async (path) => {
    const response = await fetch(url + path)
    expect(await response.text()).toContain('Mayday')
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(response.headers.get('cache-control')).toBe('no-cache')
  },
)

test('a file below assets is kept for ever', async () => {
  const { headers } = await fetch(`${url}/assets/main-abc123.js`)
  expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(headers.get('content-type')).toMatch(/javascript/)
  const icon = await fetch(`${url}/favicon.svg`)
  expect(icon.headers.get('cache-control')).toBe('no-cache')
})

test.each(['/assets/main-old.js', '/api/0/none/', '/health/none'])(
  '%s is not there, and no page stands in for it',
  async (path) => {
    const response = await fetch(url + path)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'not_found' })
  },
)

test.each(['/assets/..%2f..%2fsecret', '/..%2f..%2fetc%2fpasswd', '/assets/%2e%2e/%2e%2e/x'])(
  '%s does not lead out of the folder',
  async (path) => {
    const text = await (await fetch(url + path)).text()
    expect(text).not.toContain('root:')
  },
)

test('without a build the page says how to make one', async () => {
  const bare = fastify()
  await serveViewer(bare, join(folder, 'none'))
  const { statusCode, body } = await bare.inject('/')
  expect(statusCode).toBe(503)
  expect(body).toContain('npm run build')
  await bare.close()
})

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { OpenAPIObject } from '@nestjs/swagger'
import { allRoutes } from '../../test/routes.ts'
import { call, startTestServer, type TestServer } from '../../test/server.ts'

type Schema = { $ref?: string }
type Operation = {
  operationId?: string
  summary?: string
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>
}

let server: TestServer
let document: OpenAPIObject
let operations: { name: string; path: string; operation: Operation }[]

beforeAll(async () => {
  server = await startTestServer()
  document = (await call(server, 'GET', '/api/0/openapi.json')).body as OpenAPIObject
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  )
})
afterAll(() => server.stop())

test('every route of the web API is described, and nothing else', () => {
  const routes = allRoutes().filter(({ path }) => path.startsWith('/api/0'))
  const expected = routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  expect(operations.map(({ name }) => name).sort()).toEqual(expected.sort())
})

test('every operation has an id of its own, a summary and an answer', () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(operations.length)
  for (const { name, operation } of operations) {
    expect([name, operation.summary]).toEqual([name, expect.stringMatching(/^[A-Z].{5,}/)])
    const [status, answer] = Object.entries(operation.responses)[0] ?? []
    expect([name, status]).toEqual([name, expect.stringMatching(/^20[014]$/)])
    const isEmpty = status === '204'
    expect([name, answer?.content === undefined]).toEqual([name, isEmpty])
  }
})

test('every name in a path is described as a parameter, and every write says what it takes', () => {
  for (const { name, path, operation } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
    const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    expect([name, described.map((parameter) => parameter.name).sort()]).toEqual([
      name,
      inPath.sort(),
    ])
    const takesBody = /^(PUT|POST) /.test(name)
    const schema = operation.requestBody?.content['application/json']?.schema
    expect([name, schema !== undefined]).toEqual([name, takesBody])
  }
})

test('every reference leads to a schema', () => {
  const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)]
  const schemas = Object.keys(document.components?.schemas ?? {})
  expect(names.length).toBeGreaterThan(10)
  for (const [, name] of names) expect(schemas).toContain(name)
  expect(schemas).toEqual(expect.arrayContaining(['Issue', 'IssueDetail', 'Event', 'Project']))
  expect(JSON.stringify(document)).not.toContain('$defs')
})

test('it says its version and how to authenticate', () => {
  expect(document.openapi).toBe('3.1.0')
  expect(document.components?.securitySchemes).toMatchObject({ bearer: { type: 'http' } })
})

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import * as Mayday from '../index.ts'
import { BUILT_CJS, BUILT_ESM, runProgram } from '../test-support/run-program.ts'
import { type Served, serve } from '../test-support/serve.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

jest.setTimeout(30_000)

let sink: Sink
const served: Served[] = []

beforeEach(async () => {
  sink = await startSink()
})
afterEach(async () => {
  await Promise.all(served.splice(0).map((one) => one.close()))
  await Mayday.close(1000)
  Mayday.getIsolationScope().clear()
  await sink.close()
})

const serveHere = async (...args: Parameters<typeof serve>) => {
  const one = await serve(...args)
  served.push(one)
  return one.url
}

test('a status of 5xx of any server is an event under the path without ids', async () => {
  Mayday.init({ dsn: sink.dsn })
  const url = await serveHere((_, response) => {
    response.statusCode = 502
    response.end()
  })
  await fetch(`${url}/users/77/avatar`, {
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  })
  await Mayday.flush(5000)
  expect(sink.events()).toMatchObject([
    {
      transaction: 'GET /users/:id/avatar',
      logentry: { formatted: 'GET /users/:id/avatar answered 502 without an exception' },
      contexts: { trace: { trace_id: '0af7651916cd43dd8448eb211c80319c' } },
    },
  ])
})

test('a status below 500 is none', async () => {
  Mayday.init({ dsn: sink.dsn })
  const url = await serveHere((_, response) => {
    response.statusCode = 404
    response.end()
  })
  await fetch(url)
  await Mayday.flush(5000)
  expect(sink.received).toEqual([])
})

test('requests that the program makes are breadcrumbs, without secrets; those of the SDK are not', async () => {
  Mayday.init({ dsn: sink.dsn })
  const target = await serveHere((_, response) => {
    response.statusCode = 418
    response.end()
  })
  const closed = await serve(() => undefined)
  await closed.close()
  const url = await serveHere(async (_, response) => {
    Mayday.captureMessage('first')
    await Mayday.flush(5000)
    await fetch(`${target}/fetched?api_key=s3cret&x=1`)
    await fetch(closed.url).catch(() => undefined)
    Mayday.captureMessage('second')
    response.end()
  })
  await fetch(url)
  await Mayday.flush(5000)
  const made = sink
    .events()[1]
    ?.breadcrumbs?.values.map((breadcrumb) => breadcrumb.data)
    // This test's own requests are there, too.
    .filter((data) => data?.url !== `${url}/`)
  expect(made).toMatchObject([
    { method: 'GET', url: `${target}/fetched?api_key=[Filtered]&x=1`, status_code: 418 },
    { method: 'GET', url: `${closed.url}/`, error: 'ECONNREFUSED' },
  ])
})

const server = (handler: string) => `
  const server = require('node:http').createServer(${handler})
  server.listen(0, '127.0.0.1', () => {
    require('node:http').get({ port: server.address().port, host: '127.0.0.1', path: '/orders/5' }).on('error', () => {})
  })`

describe('an uncaught exception in a request knows the request', () => {
  test.each([
    ['thrown at once', `(req, res) => { throw new Error('x') }`],
    ['in a timer', `(req, res) => { setTimeout(() => { throw new Error('x') }, 1) }`],
    ['as a rejection', `async (req, res) => { await null; throw new Error('x') }`],
    ['in a stream', `(req, res) => { req.on('end', () => { throw new Error('x') }).resume() }`],
  ])('%s', async (_, handler) => {
    const result = await runProgram(
      `const Mayday = require(${JSON.stringify(BUILT_CJS)}); Mayday.init({ dsn: process.env.DSN })${server(handler)}`,
      { env: { DSN: sink.dsn } },
    )
    expect(result.code).toBe(1)
    expect(sink.events()).toMatchObject([
      { level: 'fatal', transaction: 'GET /orders/:id', request: { method: 'GET' } },
    ])
  })

  test('also when http was imported before, in an ES module', async () => {
    const result = await runProgram(
      `import { createServer, get } from 'node:http'
       import * as Mayday from ${JSON.stringify(BUILT_ESM)}
       const server = createServer(() => { throw new Error('x') })
       server.listen(0, '127.0.0.1', () => {
         Mayday.init({ dsn: process.env.DSN })
         get({ port: server.address().port, host: '127.0.0.1', path: '/late' }).on('error', () => {})
       })`,
      { env: { DSN: sink.dsn }, extension: 'mjs' },
    )
    expect(result.code).toBe(1)
    expect(sink.events()).toMatchObject([{ transaction: 'GET /late' }])
  })
})

test("a stack trace hook of the program's that throws costs no call of ours", async () => {
  const result = await runProgram(
    `const Mayday = require(${JSON.stringify(BUILT_CJS)})
     Mayday.init({ dsn: process.env.DSN, attachStacktrace: true })
     Error.prepareStackTrace = () => { throw new Error('hook') }
     Mayday.captureException('text')
     Mayday.captureMessage('words')
     Error.prepareStackTrace = undefined`,
    { env: { DSN: sink.dsn } },
  )
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(sink.events()).toHaveLength(2)
})

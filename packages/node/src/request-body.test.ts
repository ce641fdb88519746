import { once } from 'node:events'
import type { IncomingMessage, RequestListener } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import * as Mayday from './index.ts'
import type { Options } from './options.ts'
import { type Served, serve } from './test-support/serve.ts'
import { type Sink, startSink } from './test-support/sink.ts'

let sink: Sink
const served: Served[] = []

beforeEach(async () => {
  sink = await startSink()
})
afterEach(async () => {
  await Promise.all(served.splice(0).map((one) => one.close()))
  await Mayday.close(1000)
  await sink.close()
})

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const echoWith500: RequestListener = async (request, response) => {
  const text = await read(request)
  response.statusCode = 500
  response.end(text)
}

const ASKED: Options = { maxRequestBodySize: 'medium' }

/** What the event tells of the body, after a check that the program was given all of it. */
async function toldOf(
  body: string,
  type: string,
  options: Options = ASKED,
  listener = echoWith500,
): Promise<unknown> {
  Mayday.init({ dsn: sink.dsn, ...options })
  const one = await serve(listener)
  served.push(one)
  const headers = { 'content-type': type }
  const response = await fetch(one.url, { method: 'POST', body, headers })
  if (listener === echoWith500) expect(await response.text()).toBe(body)
  await Mayday.flush(5000)
  return sink.events()[0]?.request?.data
}

test('no body is kept unless it is asked for', async () => {
  expect(await toldOf('{"a":1}', 'application/json', {})).toBeUndefined()
})

describe('a body that is asked for', () => {
  test('is told without secrets when it is JSON', async () => {
    const body = { order: 41, user: { password: 'hunter2', name: 'Ada' }, tokens: ['t1'] }
    expect(await toldOf(JSON.stringify(body), 'application/json; charset=utf-8')).toEqual({
      order: 41,
      user: { password: '[Filtered]', name: 'Ada' },
      tokens: '[Filtered]',
    })
  })

  test('is told without secrets when it is a form', async () => {
    expect(await toldOf('a=1&api_key=s3cret', 'application/x-www-form-urlencoded')).toEqual({
      a: '1',
      api_key: '[Filtered]',
    })
  })

  test('is told by the names of its fields when it is multipart', async () => {
    const part = (name: string) =>
      `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\ns3cret\r\n`
    const page = '<input name="password">\r\n'
    const body = `${part('photo')}${page}${part('title')}--x--\r\n`
    expect(await toldOf(body, 'multipart/form-data; boundary=x')).toEqual({
      fields: ['photo', 'title'],
    })
  })

  test.each([
    ['it is no JSON after all', '{"password":"hunter2"', 'application/json'],
    ['it is of another kind', 'password=hunter2', 'text/plain'],
  ])('is told by its size when %s', async (_, body, type) => {
    expect(await toldOf(body, type)).toEqual(
      expect.stringContaining(`[Body of ${body.length} bytes`),
    )
  })

  test('is told by its size when it is longer than asked for', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(2000) })
    expect(await toldOf(body, 'application/json', { maxRequestBodySize: 'small' })).toBe(
      `[Body of ${body.length} bytes]`,
    )
  })

  test('is told also where the program reads it in another way', async () => {
    const told = await toldOf('{"a":1}', 'application/json', ASKED, async (request, response) => {
      request.setEncoding('utf8')
      request.resume()
      await once(request, 'end')
      response.writeHead(500).end()
    })
    expect(told).toEqual({ a: 1 })
  })

  test('is left out where the program never read it', async () => {
    const told = await toldOf('', 'application/json', ASKED, (_, response) => {
      response.writeHead(500).end()
    })
    expect(told).toBeUndefined()
  })
})

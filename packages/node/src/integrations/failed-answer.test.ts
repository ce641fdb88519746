import { createReadStream } from 'node:fs'
import { get, type RequestListener, ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import * as Mayday from '../index.ts'
import { type Served, serve } from '../test-support/serve.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

let sink: Sink
const served: Served[] = []

beforeEach(async () => {
  sink = await startSink()
  Mayday.init({ dsn: sink.dsn })
})
afterEach(async () => {
  await Promise.all(served.splice(0).map((one) => one.close()))
  await Mayday.close(1000)
  await sink.close()
})

async function answerOf(listener: RequestListener): Promise<Response> {
  const one = await serve(listener)
  served.push(one)
  return fetch(one.url)
}

describe('an answer of 5xx carries the id of its event', () => {
  test.each<[string, RequestListener]>([
    ['by a status', (_, response) => void Object.assign(response, { statusCode: 500 }).end()],
    ['by writeHead', (_, response) => void response.writeHead(500).end()],
    ['with a reason', (_, response) => void response.writeHead(500, 'Sorry').end()],
    ['with headers', (_, response) => void response.writeHead(500, { a: 'b' }).end()],
    ['with both', (_, response) => void response.writeHead(500, 'Sorry', { a: 'b' }).end()],
    ['with raw headers', (_, response) => void response.writeHead(500, ['a', 'b']).end()],
    ['with no reason', (_, r) => void r.writeHead(500, undefined, { a: 'b' }).end()],
    [
      'with headers set before',
      (_, response) => {
        response.setHeader('a', 'b')
        response.writeHead(500, { c: 'd' }).end()
      },
    ],
    ['with a body', (_, response) => void Object.assign(response, { statusCode: 500 }).end('no')],
  ])('%s', async (_, listener) => {
    const response = await answerOf(listener)
    const id = response.headers.get('x-error-id')
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    await Mayday.flush(5000)
    expect(sink.events()).toMatchObject([{ event_id: id }])
  })
})

test('raw headers that repeat a name all arrive', async () => {
  const response = await answerOf((_, response) => {
    response.writeHead(500, ['set-cookie', 'a=1', 'set-cookie', 'b=2']).end()
  })
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
})

test('an id that the answer brings, of a server behind this one, is left as it is', async () => {
  const id = 'f'.repeat(32)
  const response = await answerOf((_, response) => {
    response.writeHead(502, { 'x-error-id': id }).end()
  })
  expect(response.headers.get('x-error-id')).toBe(id)
})

test.each([
  ['pairs', [['X-Error-Id', 'f'.repeat(32)]]],
  ['a flat list', ['X-Error-Id', 'f'.repeat(32)]],
])('an id that the answer brings in %s is not told beside another', async (_, headers) => {
  const response = await answerOf((_, response) => {
    response.writeHead(502, headers as string[]).end()
  })
  expect(response.headers.get('x-error-id')).toBe('f'.repeat(32))
})

test('an error whose code throws is captured when it breaks off an answer', async () => {
  class Hostile extends Error {
    get code(): string {
      throw new Error('boom')
    }
  }
  const escaped: unknown[] = []
  await answerOf((_, response) => {
    response.write('x')
    try {
      Mayday.captureException(new Error('first'))
      response.destroy(new Hostile('second'))
    } catch (error) {
      escaped.push(error)
    }
  }).catch(() => undefined)
  expect(escaped).toEqual([])
})

test.each([200, 404, 499])('an answer of %d is as it was', async (status) => {
  const response = await answerOf((_, response) => void response.writeHead(status).end())
  expect(response.headers.has('x-error-id')).toBe(false)
})

test('a mistake in a call is the error that Node makes of it', async () => {
  const errors: unknown[] = []
  await answerOf((_, response) => {
    try {
      response.writeHead(5000)
    } catch (error) {
      errors.push(error)
    }
    response.end()
  })
  expect(errors).toMatchObject([{ code: 'ERR_HTTP_INVALID_STATUS_CODE' }])
})

test('the event of a status has the stack of the place that sent it', async () => {
  await answerOf((_, response) => void response.writeHead(500).end())
  await Mayday.flush(5000)
  const frames = sink.events()[0]?.threads?.values[0]?.stacktrace?.frames
  expect(frames?.at(-1)).toMatchObject({ filename: expect.stringContaining('failed-answer.test') })
})

test.each([
  [500, 'error'],
  [501, 'warning'],
  [502, 'error'],
  [503, 'warning'],
  [504, 'error'],
])('a status of %d alone has the level %s', async (status, level) => {
  await answerOf((_, response) => void response.writeHead(status).end())
  await Mayday.flush(5000)
  expect(sink.events()).toMatchObject([
    { level, fingerprint: ['http-status', 'GET /', String(status)] },
  ])
})

test('the size of the answer is told when the answer tells it', async () => {
  await answerOf((_, response) => void Object.assign(response, { statusCode: 500 }).end('12345'))
  await Mayday.flush(5000)
  expect(sink.events()[0]?.contexts?.response).toMatchObject({ body_size: 5 })
})

describe('an error that is written to the console before a 500', () => {
  const kaput = () => new RangeError('kaput')
  // Wrapped by the SDK as the console's own method would be, but silent.
  let silent: { mockRestore(): void }[]
  beforeEach(() => {
    silent = [jest.spyOn(console, 'error'), jest.spyOn(console, 'debug')].map((method) =>
      method.mockImplementation(() => undefined),
    )
    Mayday.init({ dsn: sink.dsn })
  })
  afterEach(async () => {
    await Mayday.close(1000)
    for (const method of silent) method.mockRestore()
  })

  test.each<[string, () => void]>([
    ['as an error', () => console.error('failed:', kaput())],
    ['as a text', () => console.error(kaput().stack)],
    ['as Koa writes it', () => console.error(`\n${kaput().stack?.replace(/^/gm, '  ')}\n`)],
  ])('%s, is what the event tells', async (_, write) => {
    const response = await answerOf((_, response) => {
      write()
      response.writeHead(500).end()
    })
    await Mayday.flush(5000)
    expect(sink.events()).toMatchObject([
      {
        event_id: response.headers.get('x-error-id'),
        exception: { values: [{ type: 'RangeError', value: 'kaput' }] },
        tags: { 'http.status_code': '500' },
      },
    ])
    const frames = sink.events()[0]?.exception?.values[0]?.stacktrace?.frames
    expect(frames?.at(-1)).toMatchObject({ filename: expect.stringContaining('failed-answer') })
  })

  test('is no event when the answer is not 5xx', async () => {
    await answerOf((_, response) => {
      console.debug(kaput())
      response.end()
    })
    await Mayday.flush(5000)
    expect(sink.events()).toEqual([])
  })
})

describe('an answer that has begun', () => {
  test('and is broken off by an error of the stream is an event that says so', async () => {
    const one = await serve((_, response) => {
      const source = Readable.from(
        (function* () {
          yield 'half'
          throw new Error('disk gone')
        })(),
      )
      pipeline(source, response, () => undefined)
    })
    served.push(one)
    await new Promise((resolve) => {
      get(one.url, (response) => response.resume().on('close', resolve)).on('error', resolve)
    })
    expect(await sink.waitForEvents(1)).toMatchObject([
      {
        exception: { values: [{ value: 'disk gone', mechanism: { type: 'response' } }] },
        tags: { 'http.ending': 'broken_off', 'http.status_code': '200' },
      },
    ])
  })

  test('and that the client leaves is none', async () => {
    let isOver: (value: unknown) => void
    const over = new Promise((resolve) => {
      isOver = resolve
    })
    const one = await serve((_, response) => {
      pipeline(createReadStream('/dev/zero'), response, (error) => isOver(error))
    })
    served.push(one)
    get(one.url, (response) => response.destroy()).on('error', () => undefined)
    expect(await over).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
    await Mayday.flush(5000)
    expect(sink.events()).toEqual([])
  })
})

test("after close, Node's methods are Node's again", async () => {
  await answerOf((_, response) => void response.end())
  const during = ServerResponse.prototype.writeHead
  await Mayday.close(1000)
  expect(ServerResponse.prototype.writeHead).not.toBe(during)
  expect(Object.hasOwn(ServerResponse.prototype, 'destroy')).toBe(false)
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import * as Mayday from '../index.ts'
import { BUILT_CJS } from '../test-support/run-program.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

let sink: Sink
beforeAll(async () => {
  sink = await startSink()
})
afterAll(() => sink.close())
beforeEach(() => {
  sink.received.length = 0
  Mayday.init({ dsn: sink.dsn, release: '1', environment: 'production' })
})
afterEach(async () => {
  await Mayday.close()
})

const context = {
  functionName: 'checkout',
  functionVersion: '7',
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  getRemainingTimeInMillis: () => 30_000,
}
const httpEvent = {
  routeKey: 'GET /orders/{id}',
  rawPath: '/orders/5',
  rawQueryString: 'token=abcdef1234&page=2',
  requestContext: { http: { method: 'GET' } },
  headers: { host: 'shop.example', authorization: 'Bearer abcdef1234', accept: '*/*' },
}

test('what a handler rejects with is sent before the rejection, with the invocation', async () => {
  const error = new RangeError('kaput')
  const handler = Mayday.wrapLambdaHandler(async (_event: unknown, _context: unknown) => {
    await null
    Mayday.setTag('plan', 'business')
    throw error
  })
  await expect(handler(httpEvent, context)).rejects.toBe(error)
  const [event] = sink.events()
  expect(event).toMatchObject({
    transaction: 'GET /orders/{id}',
    exception: {
      values: [{ type: 'RangeError', mechanism: { type: 'aws-lambda', handled: false } }],
    },
    tags: { plan: 'business' },
    contexts: {
      aws_lambda: {
        function_name: 'checkout',
        function_version: '7',
        request_id: context.awsRequestId,
        cold_start: true,
      },
    },
    request: {
      method: 'GET',
      url: 'https://shop.example/orders/5',
      query_string: [
        ['token', '[Filtered]'],
        ['page', '2'],
      ],
      headers: [
        ['host', 'shop.example'],
        ['authorization', '[Filtered]'],
        ['accept', '*/*'],
      ],
    },
  })
  expect(JSON.stringify(event)).not.toContain('abcdef1234')
  expect(Mayday.getIsolationScope().lastErrorId).toBeUndefined()
})

test('only the first invocation of a process is a cold start, and each has its own scope', async () => {
  const handler = Mayday.wrapLambdaHandler(async (n: number, _context: unknown) => {
    Mayday.setTag(`n${n}`, n)
    throw new Error(`kaput ${'ab'[n]}`)
  })
  await Promise.allSettled([handler(0, context), handler(1, context)])
  const events = sink.events()
  // Sent side by side, so they arrive in any order.
  expect(events.map(({ tags }) => Object.keys(tags ?? {}).join()).sort()).toEqual(['n0', 'n1'])
  expect(events[0]?.contexts?.aws_lambda).toMatchObject({ cold_start: false })
  expect(events[0]?.transaction).toBe('checkout')
})

test('what is thrown at once is sent before Lambda knows of it', async () => {
  const handler = Mayday.wrapLambdaHandler((_event: unknown): Promise<void> => {
    throw new Error('at once')
  })
  await expect(handler({})).rejects.toThrow('at once')
  expect(sink.events()).toMatchObject([{ exception: { values: [{ value: 'at once' }] } }])
})

test('a handler that calls back does so after the event is sent', async () => {
  const handler = Mayday.wrapLambdaHandler(
    (_event: unknown, _context: unknown, callback: (error: unknown) => void) => {
      setImmediate(() => callback(new Error('called back')))
    },
  )
  expect(handler).toHaveLength(3)
  const error = await new Promise((resolve) => handler({}, context, resolve))
  expect(String(error)).toBe('Error: called back')
  expect(sink.events()).toMatchObject([{ exception: { values: [{ value: 'called back' }] } }])
})

test('a handler that streams its answer is given the stream, and stays marked as one', async () => {
  const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')
  const streaming = async (_event: unknown, stream: string[], _context: unknown) => {
    stream.push('half')
    throw new Error('broken off')
  }
  const handler = Mayday.wrapLambdaHandler(Object.assign(streaming, { [STREAMING]: 'response' }))
  expect(Reflect.get(handler, STREAMING)).toBe('response')
  expect(handler.name).toBe('streaming')
  const stream: string[] = []
  await expect(handler({}, stream, context)).rejects.toThrow('broken off')
  expect(stream).toEqual(['half'])
  expect(sink.events()).toMatchObject([{ contexts: { aws_lambda: { function_name: 'checkout' } } }])
})

test('an answer of 5xx is an event, and its headers tell the id', async () => {
  const answer = Object.freeze({ statusCode: 502, headers: { via: 'us' }, body: '{}' })
  const handler = Mayday.wrapLambdaHandler(async (_event: unknown) => answer)
  const result = await handler(httpEvent)
  const [event] = sink.events()
  expect(result).toEqual({ ...answer, headers: { via: 'us', 'X-Error-Id': event?.event_id } })
  expect(event).toMatchObject({
    logentry: { formatted: 'GET /orders/{id} answered 502 without an exception' },
    fingerprint: ['http-status', 'GET /orders/{id}', '502'],
  })
})

test('an answer of 5xx after an error that was captured has that error id', async () => {
  const lists = { via: ['us'] }
  const handler = Mayday.wrapLambdaHandler(async (_event: unknown) => {
    Mayday.captureException(new Error('caught'))
    return { statusCode: 500, multiValueHeaders: lists }
  })
  const result = await handler({})
  const events = sink.events()
  expect(events).toHaveLength(1)
  expect(result.multiValueHeaders).toEqual({ via: ['us'], 'X-Error-Id': [events[0]?.event_id] })
})

test.each([
  [{ statusCode: 404, headers: {} }],
  ['done'],
  [undefined],
  [{ statusCode: 500, headers: { 'x-error-id': 'mine' } }],
])('the result %j is given back as it is', async (result) => {
  const handler = Mayday.wrapLambdaHandler(async (_event: unknown) => result)
  expect(await handler({})).toBe(result)
})

test('an invocation that is about to run out of time is reported meanwhile', async () => {
  let end: () => void = () => undefined
  const short = { ...context, getRemainingTimeInMillis: () => 520 }
  const handler = Mayday.wrapLambdaHandler(
    (_event: unknown, _context: unknown) => new Promise<void>((resolve) => (end = resolve)),
  )
  const result = handler(httpEvent, short)
  const [event] = await sink.waitForEvents(1)
  expect(event).toMatchObject({
    level: 'warning',
    logentry: { formatted: 'checkout is about to run out of time' },
    contexts: { timeout: { granted_ms: 520, remaining_ms: 500 } },
  })
  end()
  await result
})

test('a server that never answers delays an answer by flushTimeout at most', async () => {
  const pending: (() => void)[] = []
  sink.answerWith((response) => pending.push(() => response.end('{}')))
  const handler = Mayday.wrapLambdaHandler(
    async (_event: unknown) => {
      Mayday.captureMessage('never answered')
      return 1
    },
    { flushTimeout: 50 },
  )
  // Ends at all: without the bound it would wait for an answer that does not come.
  expect(await handler({})).toBe(1)
  sink.answerWith((response) => response.end('{}'))
  for (const answer of pending) answer()
})

test('without init a handler works as it did', async () => {
  await Mayday.close()
  const handler = Mayday.wrapLambdaHandler(async (event: number) => {
    if (event === 2) throw new Error('kaput')
    return { statusCode: 200 }
  })
  expect(await handler(1)).toEqual({ statusCode: 200 })
  await expect(handler(2)).rejects.toThrow('kaput')
})

/** As Lambda does: takes one event, waits for the outcome, and stands still until the next. */
const RUN_LOOP = `
  const Mayday = require(${JSON.stringify(BUILT_CJS)})
  const { writeSync } = require('node:fs')
  Mayday.init()
  const handler = Mayday.wrapLambdaHandler(async () => {
    Mayday.captureException(new Error('first of two'))
    throw new TypeError('second of two')
  })
  const context = { functionName: 'frozen', getRemainingTimeInMillis: () => 30000 }
  handler({}, context).catch((error) => {
    writeSync(1, String(error))
    process.kill(process.pid, 'SIGSTOP')
  })
  setInterval(() => {}, 1000)
`

test('events are out when Lambda freezes the process right after the answer', async () => {
  const child = spawn(process.execPath, ['-e', RUN_LOOP], {
    env: { ...process.env, NODE_OPTIONS: '', MAYDAY_DSN: sink.dsn },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [outcome] = await once(child.stdout, 'data')
    const eventsAtAnswer = sink.events().map((event) => event.exception?.values[0]?.value)
    expect(String(outcome)).toBe('TypeError: second of two')
    expect(eventsAtAnswer).toEqual(['first of two', 'second of two'])
    while (!/\) T /.test(readFileSync(`/proc/${child.pid}/stat`, 'utf8'))) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

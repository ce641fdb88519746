import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { EventPayload } from '@mayday/protocol/event'
import { ask, FRAMEWORKS, leave, type Running, run } from './matrix.ts'

const SECRETS = /kaput|srv|secret|hidden|E_SECRET|\.mjs|node_modules/i

describe.each(FRAMEWORKS)('$name with its line of set-up', ({ name, mechanism, knowsRoutes }) => {
  let running: Running
  beforeAll(async () => {
    running = await run(name, 'set-up')
  })
  afterAll(() => running?.stop())

  const transaction = (cell: string) => `GET /orders/${knowsRoutes ? ':id' : 'ann'}/${cell}`

  async function cellOf(cell: string, accept?: string) {
    const path = `/orders/ann/${cell}`
    const answer = await ask(`${running.app.url}${path}`, accept)
    const events = await running.eventsOf(path)
    return { answer, events, event: events[0] as EventPayload }
  }

  test.each([
    ['thrown', 500],
    ['rejected', 500],
    ...(name.startsWith('express') ? [['next', 500] as const] : []),
    ['busy', 503],
  ])('an error that is %s is one event, and a safe answer of %i', async (cell, status) => {
    const { answer, events, event } = await cellOf(cell)
    expect(events).toHaveLength(1)
    expect(event).toMatchObject({
      level: 'error',
      transaction: transaction(cell),
      exception: {
        values: [
          {
            value: `kaput ${cell} at /srv/secret`,
            mechanism: { type: mechanism, handled: false },
          },
        ],
      },
      request: { method: 'GET', url: `${running.app.url}/orders/ann/${cell}` },
      tags: { 'http.status_code': String(status) },
      contexts: { response: { status_code: status, headers_sent: true, finished: true } },
    })
    expect(answer?.status).toBe(status)
    expect(answer?.headers.get('x-error-id')).toBe(event.event_id)
    expect(answer?.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(answer?.headers.get('retry-after')).toBe(status === 503 ? '10' : null)
    expect(JSON.parse(answer?.body ?? '')).toEqual({
      type: 'about:blank',
      title: status === 503 ? 'Service Unavailable' : 'Internal Server Error',
      status,
      instance: `urn:mayday:error:${event.event_id}`,
      errorId: event.event_id,
    })
    expect(JSON.stringify([...(answer?.headers ?? [])])).not.toMatch(SECRETS)
  })

  test.each([
    ['text/html,application/xhtml+xml', /^text\/html/],
    ['text/plain', /^text\/plain/],
  ])('a client that accepts %s is answered so', async (accept, type) => {
    const answer = await ask(`${running.app.url}/orders/html/thrown`, accept)
    expect(answer?.headers.get('content-type')).toMatch(type)
    expect(answer?.body).toContain(answer?.headers.get('x-error-id'))
    expect(answer?.body).not.toMatch(SECRETS)
  })

  test.each([
    ['sent500', 500, 'error'],
    ['sent503', 503, 'warning'],
  ])('an answer that is %s stays, and is one event', async (cell, status, level) => {
    const { answer, events, event } = await cellOf(cell)
    expect(answer).toMatchObject({ status, body: JSON.stringify({ sent: status }) })
    expect(events).toHaveLength(1)
    expect(event.exception).toBeUndefined()
    expect(event).toMatchObject({ level, transaction: transaction(cell) })
    expect(answer?.headers.get('x-error-id')).toBe(event.event_id)
  })

  test.each([
    ['missing', 404],
    ['bad', 400],
  ])('an answer to what is %s is left to the framework, and no event', async (cell, status) => {
    const { answer, events } = await cellOf(cell)
    expect(events).toEqual([])
    expect(answer?.status).toBe(status)
    expect(answer?.headers.has('x-error-id')).toBe(false)
  })

  // Hono itself takes care of an error in its helper for streams, and ends the answer.
  test.each(name === 'hono' ? ['stream'] : ['late', 'stream'])(
    'an error that comes %s breaks the answer off, and is one event',
    async (cell) => {
      const { answer, events, event } = await cellOf(cell)
      expect(answer).toBeUndefined()
      expect(events).toHaveLength(1)
      expect(event).toMatchObject({
        transaction: transaction(cell),
        exception: { values: [{ value: `kaput ${cell} at /srv/secret` }] },
        tags: { 'http.ending': 'broken_off' },
        contexts: { response: { headers_sent: true } },
      })
    },
  )

  test('an error because the client has left is no event', async () => {
    await leave(running.app, '/orders/ann/gone')
    expect(await running.eventsOf('/gone')).toEqual([])
  })
})

test.each(FRAMEWORKS)('$name tells the error in development', async ({ name }) => {
  const running = await run(name, 'set-up', 'development')
  try {
    const answer = await ask(`${running.app.url}/orders/ann/thrown`)
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({
      detail: 'Error: kaput thrown at /srv/secret',
      stack: expect.arrayContaining([expect.stringContaining('failures.mjs')]),
    })
  } finally {
    await running.stop()
  }
})

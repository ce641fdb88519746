import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { EventPayload } from '@mayday/protocol/event'
import { ask, FRAMEWORKS, type Running, run } from './matrix.ts'

const BARE = FRAMEWORKS.flatMap(({ name, bare }) => (bare ? [{ name, ...bare }] : []))

describe.each(BARE)('$name without any set-up', ({ name, mechanism, knowsRoutes, broken }) => {
  let running: Running
  beforeAll(async () => {
    running = await run(name, 'bare')
  })
  afterAll(() => running?.stop())

  async function cellOf(cell: string) {
    const path = `/orders/ann/${cell}`
    const answer = await ask(`${running.app.url}${path}`)
    return { answer, events: await running.eventsOf(path) }
  }

  test.each([
    ['thrown', 500],
    ['rejected', 500],
    ...(name.startsWith('express') ? [['next', 500] as const] : []),
    ['busy', 503],
    ['sent500', 500],
    ['sent503', 503],
  ])('%s is one event, and its id is in the answer of %i', async (cell, status) => {
    const { answer, events } = await cellOf(cell)
    expect(events).toHaveLength(1)
    const event = events[0] as EventPayload
    expect(answer?.status).toBe(status)
    expect(answer?.headers.get('x-error-id')).toBe(event.event_id)
    expect(event).toMatchObject({
      transaction: `GET /orders/${knowsRoutes ? ':id' : 'ann'}/${cell}`,
      request: { method: 'GET', url: `${running.app.url}/orders/ann/${cell}` },
      tags: { 'http.status_code': String(status) },
    })
    // Hono writes nothing of the errors that it calls HTTPException.
    const isSeen = !cell.startsWith('sent') && !(name === 'hono' && cell === 'busy')
    if (mechanism && isSeen) {
      const value = `kaput ${cell} at /srv/secret`
      expect(event).toMatchObject({ exception: { values: [{ value, mechanism }] } })
    } else {
      expect(event.exception).toBeUndefined()
      expect(event.logentry?.formatted).toMatch(/answered 50[03] without an exception$/)
    }
  })

  test.each([
    ['missing', 404],
    ['bad', 400],
  ])('%s is no event', async (cell, status) => {
    const { answer, events } = await cellOf(cell)
    expect(answer?.status).toBe(status)
    expect(events).toEqual([])
  })

  test('an error that breaks an answer off is an event where the framework tells of it', async () => {
    const values: Record<string, unknown> = {}
    for (const cell of Object.keys(broken)) {
      const { events } = await cellOf(cell)
      values[cell] = events.map((event) => event.exception?.values[0]?.value)
    }
    const isTold = Object.entries(broken)
    expect(values).toEqual(
      Object.fromEntries(
        isTold.map(([cell, told]) => [cell, told ? [`kaput ${cell} at /srv/secret`] : []]),
      ),
    )
  })
})

test.each(['thrown', 'rejected'])(
  'without set-up, what is %s in a listener of node:http ends the process, and is an event with its request',
  async (cell) => {
    const running = await run('node-http', 'bare')
    try {
      expect(await ask(`${running.app.url}/orders/ann/${cell}`)).toBeUndefined()
      const isIt = (event: EventPayload) => event.request?.url?.endsWith(`/${cell}`) === true
      expect(await running.sink.eventThat(isIt, 'the error')).toMatchObject({
        level: 'fatal',
        transaction: `GET /orders/ann/${cell}`,
        exception: { values: [{ value: `kaput ${cell} at /srv/secret` }] },
      })
    } finally {
      await running.stop()
    }
  },
)

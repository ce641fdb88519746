import { expect, test } from '@jest/globals'
import { run } from './matrix.ts'

const REQUESTS = 1000
/** So many events at least are kept when they come faster than they can be sent. */
const QUEUE = 64

test.each(['node-http', 'express-5', 'fastify-5', 'koa-3', 'hono'])(
  'of 1000 requests that %s serves at once, each has its own user, tag and breadcrumb',
  async (name) => {
    const running = await run(name, 'set-up')
    try {
      const ids = Array.from({ length: REQUESTS }, (_, index) => String(index))
      const url = (id: string) => `${running.app.url}/orders/${id}/user`
      const answers = await Promise.all(ids.map((id) => fetch(url(id)).then((r) => r.json())))
      const isToFail = (id: string) => Number(id) % 4 === 0
      const served = ids.map((id) => (isToFail(id) ? expect.anything() : { served: id }))
      expect(answers).toEqual(served)
      const events = await running.eventsOf('/user')
      expect(events.length).toBeGreaterThanOrEqual(QUEUE)
      for (const event of events) {
        const id = event.user?.id as string
        expect(event.request?.url).toBe(url(id))
        expect(event.tags?.user).toBe(id)
        const messages = event.breadcrumbs?.values.map(({ message }) => message)
        expect(messages?.filter((message) => message?.startsWith('served'))).toEqual([
          `served ${id}`,
        ])
        expect(answers[Number(id)]).toMatchObject({ errorId: event.event_id })
      }
    } finally {
      await running.stop()
    }
  },
)

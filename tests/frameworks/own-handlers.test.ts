import { describe, expect, test } from '@jest/globals'
import { ask, type Running, runApp } from './matrix.ts'

const NAMES = ['fastify-4', 'fastify-5', 'koa-2', 'koa-3', 'hono']

async function withApp(words: string[], check: (running: Running) => Promise<void>): Promise<void> {
  const running = await runApp('own-handlers.mjs', words)
  try {
    await check(running)
  } finally {
    await running.stop()
  }
}

describe.each(NAMES)('an error handler of its own that an app on %s has', (name) => {
  test.each(['before', 'after'])(
    'and that knows the error id answers: set up %s it',
    async (when) => {
      // Koa's middleware is asked from the inside out: one that comes after ours sees the error first.
      const isUnseen = name.startsWith('koa') && when === 'before'
      await withApp([name, 'set-up', when], async (running) => {
        const answer = await ask(`${running.app.url}/ann/thrown`)
        const events = await running.eventsOf('/ann/thrown')
        expect(events).toHaveLength(1)
        expect(answer?.headers.get('x-error-id')).toBe(events[0]?.event_id)
        expect(events[0]?.exception?.values[0]?.value).toBe(
          isUnseen ? undefined : 'kaput thrown at /srv/secret',
        )
        expect(JSON.parse(answer?.body ?? '')).toEqual({
          sorry: 'thrown',
          ...(isUnseen ? {} : { errorId: events[0]?.event_id }),
        })
        expect(running.app.stderr()).not.toMatch(/FSTWRN|Deprecat/i)
      })
    },
  )
})

test.each(['fastify-4', 'fastify-5'])(
  "an error that the app's own handler on %s passes on is answered safely",
  async (name) => {
    await withApp([name, 'set-up', 'before'], async (running) => {
      const answer = await ask(`${running.app.url}/ann/thrown?passed`)
      expect(answer?.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      expect(answer?.body).not.toContain('kaput')
    })
  },
)

test('what is thrown on Hono and no error is answered, and is an event', async () => {
  await withApp(['hono', 'set-up', 'before'], async (running) => {
    const answer = await ask(`${running.app.url}/ann/text`)
    const [event, ...others] = await running.eventsOf('/ann/text')
    expect(others).toEqual([])
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status: 500, errorId: event?.event_id })
    expect(event?.exception?.values[0]?.value).toBe('kaput text')
  })
})

test('an app on Hono that is called without a server answers as well', async () => {
  await withApp(['hono', 'set-up', 'before'], async (running) => {
    const answer = await ask(`${running.app.url}/ann/alone`)
    const { status, problem } = JSON.parse(answer?.body ?? '')
    expect(status).toBe(500)
    expect(problem).toMatchObject({ status: 500, errorId: expect.stringMatching(/^[0-9a-f]{32}$/) })
  })
})

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Running, run } from './matrix.ts'

/** Of a kind that no answer has by itself, so that what is found has leaked. */
const secret = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/).map((text) => `s3cr3t${text}`)

/** Names that frameworks, loggers and clients of HTTP give errors, and read from them. */
const property = fc.constantFrom(
  ...['code', 'detail', 'path', 'syscall', 'address', 'reason', 'body', 'description', 'expose'],
  ...[
    'cause',
    'errors',
    'response',
    'config',
    'url',
    'serialization',
    'validation',
    'type',
    'toJSON',
  ],
)

const value = fc.oneof(
  secret,
  fc.record({ data: secret, headers: fc.record({ 'set-cookie': secret }) }),
  fc.array(fc.record({ message: secret, path: secret }), { maxLength: 2 }),
)

const headers = fc.record(
  { 'set-cookie': secret, 'x-upstream': secret, 'retry-after': secret, 'content-type': secret },
  { requiredKeys: [] },
)

const madeUp = fc.record({
  type: secret,
  message: fc
    .tuple(secret, fc.constantFrom('', '\r\nx-injected: 1', '<script>', '"}'))
    .map((parts) => parts.join('')),
  stack: secret.map((text) => `/srv/${text}/app.js:1:1`),
  cause: secret,
  own: fc
    .tuple(
      fc.dictionary(property, value, { maxKeys: 5 }),
      fc.record({ headers, statusCode: fc.constantFrom(500, 502, 503) }, { requiredKeys: [] }),
    )
    .map(([properties, known]) => ({ ...properties, ...known })),
})

const accept = fc.constantFrom('*/*', 'text/html', 'text/plain', 'application/json')

/** One version of each, since it is our answer that is tested, not theirs. */
const NAMES = ['node-http', 'express-5', 'fastify-5', 'koa-3', 'hono']

describe.each(NAMES)('%s in production', (name) => {
  let running: Running
  beforeAll(async () => {
    running = await run(name, 'set-up')
  })
  afterAll(() => running?.stop())

  test('tells nothing of an error but its id, whatever the error holds', async () => {
    const answers = fc.asyncProperty(madeUp, accept, async (error, accepted) => {
      const response = await fetch(`${running.app.url}/orders/ann/made-up`, {
        headers: { accept: accepted, 'x-made-up': btoa(JSON.stringify(error)) },
      })
      const body = await response.text()
      // Hono asks only its own HTTPException for a status.
      const status = name === 'hono' ? undefined : error.own.statusCode
      expect(response.status).toBe(status ?? 500)
      expect(body).toContain(response.headers.get('x-error-id'))
      expect(`${JSON.stringify([...response.headers])}${body}`).not.toMatch(/s3cr3t|injected|srv/)
    })
    await fc.assert(answers, { numRuns: 150 })
  })
})

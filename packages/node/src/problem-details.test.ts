import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Failure, problemAnswer } from './problem-details.ts'

const ID = '7be9d04dd0b24a8b9a4f1b2f35a0a6bd'
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

function answerTo(failure: Partial<Failure> = {}) {
  return problemAnswer({
    thrown: new Error('kaput'),
    status: 500,
    errorId: ID,
    accept: undefined,
    isDevelopment: false,
    ...failure,
  })
}

test('a client that names nothing gets problem+json with the error id and nothing of the error', () => {
  const { status, headers, body } = answerTo()
  expect(status).toBe(500)
  expect(headers).toEqual({
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-error-id': ID,
  })
  expect(JSON.parse(body)).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    instance: `urn:mayday:error:${ID}`,
    errorId: ID,
  })
})

test('a browser gets a page, a terminal that asks for text a text; both name the error id', () => {
  const page = answerTo({ accept: BROWSER })
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  expect(page.body).toContain(ID)
  const text = answerTo({ accept: 'text/plain', status: 502 })
  expect(text.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(text.body).toBe(`502 Bad Gateway\nError id: ${ID}\n`)
})

test('an answer that the client does not want is still better than none', () => {
  expect(answerTo({ accept: 'image/png' }).headers['content-type']).toContain('problem+json')
})

describe('503', () => {
  test.each<[string, unknown, string]>([
    ['says to come back in ten seconds', new Error('busy'), '10'],
    ['takes the seconds of the error', withHeaders({ 'retry-after': 30 }), '30'],
    [
      'takes the date of the error',
      withHeaders({ 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' }),
      'Wed, 21 Oct 2026 07:28:00 GMT',
    ],
    ['takes no second header', withHeaders({ 'retry-after': '1\r\nset-cookie: a=b' }), '10'],
    ['takes nothing from an error that throws', throwing(), '10'],
  ])('%s', (_, thrown, expected) => {
    expect(answerTo({ status: 503, thrown }).headers['retry-after']).toBe(expected)
  })

  test('is the only status that says so', () => {
    const { headers } = answerTo({ thrown: withHeaders({ 'retry-after': 30 }) })
    expect(headers).not.toHaveProperty('retry-after')
  })
})

test('in development message and stack are told, and a page shows them as text', () => {
  const thrown = new Error('<script>alert(1)</script>')
  expect(JSON.parse(answerTo({ thrown, isDevelopment: true }).body)).toMatchObject({
    detail: 'Error: <script>alert(1)</script>',
    stack: expect.arrayContaining([expect.stringContaining('problem-details.test.ts')]),
  })
  const page = answerTo({ thrown, isDevelopment: true, accept: BROWSER }).body
  expect(page).toContain('&#60;script&#62;')
  expect(page).not.toContain('<script>')
})

test('no part of an error is in an answer outside of development, whatever it is', () => {
  const secret = 'S3CRET-9f'
  const part = fc.oneof(fc.constant(secret), fc.string(), fc.integer())
  const error = fc.record({
    name: part,
    message: part,
    stack: part,
    code: part,
    expose: fc.boolean(),
    status: part,
    headers: fc.dictionary(fc.constantFrom('retry-after', 'x-other', 'content-type'), part),
  })
  const accept = fc.constantFrom(undefined, BROWSER, 'text/plain', 'application/json')
  fc.assert(
    fc.property(error, accept, fc.integer({ min: 500, max: 599 }), (parts, accept, status) => {
      const thrown = Object.assign(new Error(secret), parts)
      const answer = answerTo({ thrown, accept, status })
      expect(JSON.stringify(answer)).not.toContain(secret)
      for (const value of Object.values(answer.headers)) expect(value).not.toMatch(/[\r\n]/)
    }),
  )
})

function withHeaders(headers: Record<string, unknown>) {
  return Object.assign(new Error('busy'), { headers })
}

function throwing() {
  return Object.defineProperty(new Error('busy'), 'headers', {
    get() {
      throw new Error('no')
    },
  })
}

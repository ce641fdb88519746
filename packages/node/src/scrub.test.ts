import { describe, expect, test } from '@jest/globals'
import {
  isSensitiveHeader,
  isSensitiveKey,
  scrubCode,
  scrubJson,
  scrubText,
  scrubUrl,
} from './scrub.ts'

test.each([
  'password',
  'userPassword',
  'X-Api-Key',
  'refresh_token',
  'AUTH',
  'sessionId',
  'csrf-token',
  'db.connectionString',
  'clientSecret',
  'DATABASE_URL',
  'jwt',
  'cvv',
  'creditCard',
])('%s is a sensitive key', (key) => {
  expect(isSensitiveKey(key)).toBe(true)
})

test.each([
  'author',
  'tokenizer',
  'authority',
  'passenger',
  'key',
  'id',
  'monkey',
  'spin',
  'design',
])('%s is not', (key) => {
  expect(isSensitiveKey(key)).toBe(false)
})

test.each(['Authorization', 'cookie', 'X-Forwarded-For', 'x-csrf-token', 'Set-Cookie'])(
  'the header %s is filtered',
  (name) => {
    expect(isSensitiveHeader(name)).toBe(true)
  },
)

describe('texts lose their secrets and stay readable', () => {
  test.each([
    [
      'connect postgres://app:hunter2@db:5432/shop failed',
      'connect postgres://[Filtered]@db:5432/shop failed',
    ],
    ['amqp://guest:p@ss@mq/vhost', 'amqp://[Filtered]@mq/vhost'],
    ['redis://:hunter2@cache', 'redis://[Filtered]@cache'],
    ['sent Bearer abc.DEF-123456', 'sent Bearer [Filtered]'],
    ['Basic authentication failed', 'Basic authentication failed'],
    ['Basic dXNlcjpwYXNz', 'Basic [Filtered]'],
    ['login with password=hunter2 failed', 'login with password=[Filtered] failed'],
    ['{"api_key":"abc","x":1}', '{"api_key":[Filtered],"x":1}'],
    ['AWS_SECRET_ACCESS_KEY=abc/def', 'AWS_SECRET_ACCESS_KEY=[Filtered]'],
    ['Unexpected token } in JSON at position 3', 'Unexpected token } in JSON at position 3'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc', 'jwt [Filtered]'],
    [
      'key -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- used',
      'key [Filtered] used',
    ],
    ['http://example.com/a:b@c', 'http://example.com/a:b@c'],
    ['keys 12:30 at noon', 'keys 12:30 at noon'],
  ])('%s', (text, expected) => {
    expect(scrubText(text)).toBe(expected)
  })
})

test('a line of source keeps its calls and loses its literals', () => {
  expect(scrubCode(`const token = await readToken(request)`)).toBe(
    `const token = await readToken(request)`,
  )
  expect(scrubCode(`const password = 'hunter2'`)).toBe(`const password = [Filtered]`)
})

test('what is scrubbed twice is as scrubbed once', () => {
  const once = scrubText('a?api_key=abc&password=x Bearer abc123DEF postgres://a:b@c')
  expect(scrubText(once)).toBe(once)
})

test('values under sensitive keys are replaced at any depth', () => {
  expect(
    scrubJson({ user: { name: 'Ada', password: 'x', tokens: ['a'] }, isSecret: true }),
  ).toEqual({
    user: { name: 'Ada', password: '[Filtered]', tokens: '[Filtered]' },
    isSecret: true,
  })
})

test('a URL loses credentials, fragment and sensitive parameters', () => {
  expect(scrubUrl('http://u:p@h/a?token=1&page=2#top')).toEqual({
    url: 'http://[Filtered]@h/a',
    query: [
      ['token', '[Filtered]'],
      ['page', '2'],
    ],
  })
})

test.each([
  ['eyJ', 'eyJ-'.repeat(2048)],
  ['words', 'a_'.repeat(4096)],
  ['schemes', 'a://'.repeat(2048)],
  ['credentials', `a://${':'.repeat(8000)}`],
  ['bearers', 'Bearer '.repeat(1170)],
  ['names', 'password'.repeat(1024)],
  ['keys', '-----BEGIN PRIVATE KEY'.repeat(370)],
])('hostile text of 8 KB (%s) is read in a moment', (_, text) => {
  scrubText(text)
  const startedAt = performance.now()
  scrubText(text)
  // Quadratic time would be seconds; a busy machine takes a few milliseconds.
  expect(performance.now() - startedAt).toBeLessThan(250)
})

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
  'ssn',
  'userAPIKey',
  'JWTToken',
  'AccountKey',
  'PHPSESSID',
  'security-code',
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
  'code',
  'discussion',
  'compass',
  'keyboard',
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
    ['clone https://x0f1@git.example.com/a', 'clone https://[Filtered]@git.example.com/a'],
    [
      'Server=db;User Id=sa;Password=hunter2;Timeout=5',
      'Server=db;User Id=sa;Password=[Filtered];Timeout=5',
    ],
    ['AccountName=a;AccountKey=abc/+==;x=1', 'AccountName=a;AccountKey=[Filtered];x=1'],
    ['bad body {\\"userPassword\\":\\"hunter2\\"}', 'bad body {\\"userPassword\\":[Filtered]}'],
    ['{ clientSecret: "a b" }', '{ clientSecret: [Filtered] }'],
    ['GET /a?sid=12&sig=0a&page=2', 'GET /a?sid=[Filtered]&sig=[Filtered]&page=2'],
    ['Cookie: a=1; b=2\nHost: x', 'Cookie: [Filtered]\nHost: x'],
    ['set-cookie: id=1; HttpOnly', 'set-cookie: [Filtered]'],
    ['Authorization: Digest username="a", response="b"', 'Authorization: Digest [Filtered]'],
    ['keys 12:30 at noon', 'keys 12:30 at noon'],
  ])('%s', (text, expected) => {
    expect(scrubText(text)).toBe(expected)
  })
})

describe('tokens are known by how they begin', () => {
  test.each([
    `AKIA${'ABCD'.repeat(4)}`,
    `ghp_${'aB3d'.repeat(9)}`,
    `github_pat_${'aB3d'.repeat(9)}`,
    `glpat-${'aB3d'.repeat(5)}`,
    `xoxb-12345678-${'aB3d'.repeat(5)}`,
    `sk_live_${'aB3d'.repeat(6)}`,
    `npm_${'aB3d'.repeat(9)}`,
    `AIza${'aB3d5'.repeat(7)}`,
    `SG.${'aB3d'.repeat(5)}.${'aB3d'.repeat(8)}`,
    `sk-proj-${'aB3d'.repeat(9)}`,
  ])('%s', (token) => {
    expect(scrubText(`refused: ${token}, said the server`)).toBe(
      'refused: [Filtered], said the server',
    )
    expect(scrubCode(`use('${token}')`)).toBe(`use('[Filtered]')`)
  })
})

describe('numbers and addresses of persons are known by their form and check digits', () => {
  test.each([
    ['card 4111 1111 1111 1111 declined', 'card [Filtered] declined'],
    ['5500-0000-0000-0004', '[Filtered]'],
    ['378282246310005', '[Filtered]'],
    ['4111 1111 1111 1112', '4111 1111 1111 1112'],
    ['at 1700000000000 ms', 'at 1700000000000 ms'],
    ['id 1111111111111117', 'id 1111111111111117'],
    ['0.4111111111111111', '0.4111111111111111'],
    ['ssn 123-45-6789.', 'ssn [Filtered].'],
    ['000-12-3456 and 2024-01-15', '000-12-3456 and 2024-01-15'],
    ['to DE89 3704 0044 0532 0130 00 today', 'to [Filtered] today'],
    ['GB82WEST12345698765432', '[Filtered]'],
    ['AB12CDEF34567890', 'AB12CDEF34567890'],
    ['no user ada.lovelace+x@mail.example.co.uk!', 'no user [Filtered]!'],
    ['express@4.18.2 and logo@2x.png', 'express@4.18.2 and logo@2x.png'],
    ['node_modules/@scope/name.js', 'node_modules/@scope/name.js'],
  ])('%s', (text, expected) => {
    expect(scrubText(text)).toBe(expected)
  })
})

test.each([
  'Unexpected token < in JSON at position 0',
  'the author of tokenizer has no authority',
  'session expired: sign in again',
  'Cookie: missing',
  'ENOENT: no such file or directory, open /srv/app/passenger.json',
  'Cannot read properties of undefined (reading pin)',
  'a signature: of the function, by design',
  'connect ECONNREFUSED 127.0.0.1:5432',
])('prose stays as it is: %s', (text) => {
  expect(scrubText(text)).toBe(text)
})

test('each private key of a text is taken out, public ones stay', () => {
  const block = (label: string) => `-----BEGIN ${label}-----\nabc\n-----END ${label}-----`
  expect(
    scrubText(
      `1 ${block('PRIVATE KEY')} 2 ${block('PUBLIC KEY')} 3 ${block('OPENSSH PRIVATE KEY')} 4`,
    ),
  ).toBe(`1 [Filtered] 2 ${block('PUBLIC KEY')} 3 [Filtered] 4`)
  expect(scrubText('cut -----BEGIN PRIVATE KEY-----\nabc')).toBe('cut [Filtered]')
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
  ['key blocks', '-----BEGIN PRIVATE KEY-----END '.repeat(270)],
  ['addresses', 'a.'.repeat(4096)],
  ['domains', `a@${'a.'.repeat(4096)}`],
  ['digits', '4 '.repeat(4096)],
  ['accounts', 'AB12'.repeat(2048)],
  ['names with dashes', 'a-password-'.repeat(740)],
  ['cookies', 'cookie=a'.repeat(1024)],
  ['tokens', 'sk-SG.xoxa-'.repeat(740)],
])('hostile text of 8 KB (%s) is read in a moment', (_, text) => {
  scrubText(text)
  const startedAt = performance.now()
  scrubText(text)
  // Quadratic time would be seconds; a busy machine takes a few milliseconds.
  expect(performance.now() - startedAt).toBeLessThan(250)
})

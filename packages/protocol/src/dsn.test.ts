import { describe, expect, test } from '@jest/globals'
import { authHeader, type Dsn, envelopeUrl, formatDsn, parseDsn, storeUrl } from './dsn.ts'
import { ProtocolError } from './errors.ts'

const KEY = '0123456789abcdef0123456789abcdef'

describe('parseDsn', () => {
  test.each<[string, string, Partial<Dsn>]>([
    ['a host and a project', `https://${KEY}@mayday.example/1`, { host: 'mayday.example' }],
    ['plain HTTP with a port', `http://${KEY}@localhost:9500/42`, { scheme: 'http', port: 9500 }],
    ['a path before the project', `https://${KEY}@host/a/b/7`, { path: '/a/b', projectId: 7 }],
    ['an IPv4 address', `http://${KEY}@10.0.0.1:80/1`, { host: '10.0.0.1' }],
    ['an IPv6 address', `http://${KEY}@[::1]:9500/1`, { host: '[::1]', port: 9500 }],
    ['an upper-case key', `https://${KEY.toUpperCase()}@host/1`, { publicKey: KEY }],
    ['a slash at the end', `https://${KEY}@host/1/`, { path: '', projectId: 1 }],
    ['spaces around it', ` https://${KEY}@host/1\n`, { host: 'host', projectId: 1 }],
    ['a project id of 16 digits', `https://${KEY}@host/4504088742330368`, { path: '' }],
  ])('reads %s', (_, text, part) => {
    expect(parseDsn(text)).toMatchObject(part)
  })

  test('the secret of old SDKs is ignored', () => {
    expect(formatDsn(parseDsn(`https://${KEY}:secret@host/1`))).toBe(`https://${KEY}@host/1`)
  })

  test("the scheme's own port is left out", () => {
    expect(parseDsn(`https://${KEY}@host:443/1`)).not.toHaveProperty('port')
  })

  test.each([
    ['nothing', '', 'it is empty'],
    ['a word', 'nonsense', 'it is not a URL'],
    ['another scheme', `ftp://${KEY}@host/1`, 'instead of http: or https:'],
    ['a DSN without key', 'https://host/1', 'the public key before the @ is missing'],
    ['a short key', 'https://abc@host/1', 'the public key is not 32 hexadecimal digits'],
    [
      'a DSN without project',
      `https://${KEY}@host/`,
      'the project id after the last slash is missing',
    ],
    [
      'a project that is a name',
      `https://${KEY}@host/shop`,
      '"shop" is not a positive whole number',
    ],
    ['a project of zero', `https://${KEY}@host/0`, '"0" is not a positive whole number'],
    [
      'a project beyond 2^53',
      `https://${KEY}@host/9999999999999999`,
      'not a positive whole number',
    ],
    ['a query', `https://${KEY}@host/1?a=b`, 'there is text after a ? or #'],
    ['a port out of range', `https://${KEY}@host:99999/1`, 'it is not a URL'],
  ])('%s is refused with a message that says why', (_, text, message) => {
    const error = errorOf(() => parseDsn(text))
    expect(error.code).toBe('invalid_dsn')
    expect(error.message).toContain(message)
    expect(error.message).toContain('Expected https://PUBLIC_KEY@HOST/PROJECT_ID.')
  })

  test('no message repeats the secret', () => {
    expect(errorOf(() => parseDsn(`https://${KEY}:hunter2@host/x`)).message).not.toContain(
      'hunter2',
    )
    expect(errorOf(() => parseDsn(`https:/\\${KEY}:hunter2@:x/1`)).message).not.toContain('hunter2')
  })
})

describe('URLs and header', () => {
  const dsn = parseDsn(`http://${KEY}@[::1]:9500/under/here/42`)

  test('envelopes go to the API path below the prefix, with a slash at the end', () => {
    expect(envelopeUrl(dsn)).toBe('http://[::1]:9500/under/here/api/42/envelope/')
    expect(storeUrl(dsn)).toBe('http://[::1]:9500/under/here/api/42/store/')
  })

  test('the authentication header names version, key and client', () => {
    expect(authHeader(dsn, 'mayday.node/0.1.0')).toBe(
      `Sentry sentry_version=7, sentry_key=${KEY}, sentry_client=mayday.node/0.1.0`,
    )
  })
})

function errorOf(run: () => unknown): ProtocolError {
  try {
    run()
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

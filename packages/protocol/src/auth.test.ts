import { describe, expect, test } from '@jest/globals'
import { type AuthSources, parseAuth } from './auth.ts'
import { authHeader, parseDsn } from './dsn.ts'
import { ProtocolError } from './errors.ts'

const KEY = '0123456789abcdef0123456789abcdef'
const OTHER = 'fedcba9876543210fedcba9876543210'

describe('parseAuth', () => {
  test.each<[string, AuthSources, object]>([
    [
      'sentry-python',
      {
        sentryAuth: `Sentry sentry_key=${KEY}, sentry_version=7, sentry_client=sentry.python/2.68.0`,
      },
      { client: 'sentry.python/2.68.0' },
    ],
    [
      'sentry-ruby, in another order',
      {
        sentryAuth: `Sentry sentry_version=7, sentry_client=sentry-ruby/5.3.0, sentry_timestamp=1795343188, sentry_key=${KEY}`,
      },
      { client: 'sentry-ruby/5.3.0' },
    ],
    [
      'raven, with an older version',
      { sentryAuth: `Sentry sentry_version=5,sentry_client=raven-node/2.6.4,sentry_key=${KEY}` },
      { version: 5, client: 'raven-node/2.6.4' },
    ],
    ['any case and spacing', { sentryAuth: `  SENTRY   sentry_key = ${KEY} ,x` }, {}],
    ['a header without scheme', { sentryAuth: `sentry_key=${KEY}` }, {}],
    ['a secret beside the key', { sentryAuth: `Sentry sentry_key=${KEY}, sentry_secret=x` }, {}],
    [
      'percent-encoded values',
      { sentryAuth: `Sentry sentry_key=${KEY}, sentry_client=a%2Fb%20c` },
      { client: 'a/b c' },
    ],
    [
      'a stray percent sign',
      { sentryAuth: `Sentry sentry_key=${KEY}, sentry_client=100%` },
      { client: '100%' },
    ],
    [
      'a header doubled by a proxy',
      { sentryAuth: `Sentry sentry_key=${KEY}, sentry_client=a, Sentry sentry_key=${KEY}` },
      { client: 'a' },
    ],
    ['the first of two keys', { sentryAuth: `Sentry sentry_key=${KEY}, sentry_key=${OTHER}` }, {}],
    ['a pair without equals sign', { sentryAuth: `Sentry sentry_keyx, sentry_key=${KEY}` }, {}],
    ['the Authorization header', { authorization: `sentry sentry_key=${KEY}` }, {}],
    ['Basic, with a password', { authorization: `Basic ${btoa(`${KEY}:secret`)}` }, {}],
    ['Basic, without a password', { authorization: `basic ${btoa(KEY)}` }, {}],
    [
      'the query of sentry-javascript',
      {
        query: `?sentry_version=7&sentry_key=${KEY}&sentry_client=sentry.javascript.browser%2F11.12.0`,
      },
      { client: 'sentry.javascript.browser/11.12.0' },
    ],
    ['a version that is no number', { query: `sentry_key=${KEY}&sentry_version=x` }, {}],
    ['an upper-case key', { query: `sentry_key=${KEY.toUpperCase()}` }, {}],
  ])('reads %s', (_, sources, expected) => {
    expect(parseAuth(sources)).toEqual({ publicKey: KEY, version: 7, ...expected })
  })

  test('what our SDK writes is read', () => {
    const dsn = parseDsn(`https://${KEY}@host/1`)
    expect(parseAuth({ sentryAuth: authHeader(dsn, 'mayday.node/0.1.0') })).toEqual({
      publicKey: KEY,
      version: 7,
      client: 'mayday.node/0.1.0',
    })
  })

  test.each<[string, AuthSources]>([
    ['no source at all', {}],
    ['an empty header', { sentryAuth: ' ' }],
    ['a bearer token, which is for someone else', { authorization: 'Bearer x' }],
    ['a query about other things', { query: '?a=b&sentry_release=1' }],
  ])('%s is no authentication, but no error either', (_, sources) => {
    expect(parseAuth(sources)).toBeUndefined()
  })

  test.each<[string, AuthSources, string]>([
    ['a header without key', { sentryAuth: 'Sentry sentry_version=7' }, 'invalid_auth'],
    ['a header of nonsense', { sentryAuth: 'Sentry' }, 'invalid_auth'],
    ['Authorization without key', { authorization: 'Sentry x' }, 'invalid_auth'],
    ['Basic that is not Base64', { authorization: 'Basic %%%' }, 'invalid_auth'],
    ['Basic without user', { authorization: `Basic ${btoa(':x')}` }, 'invalid_auth'],
    ['an empty key', { query: 'sentry_key=' }, 'invalid_auth'],
    ['a key of a wrong form', { query: 'sentry_key=abc' }, 'invalid_public_key'],
    [
      'a version from the future',
      { query: `sentry_key=${KEY}&sentry_version=8` },
      'unsupported_version',
    ],
  ])('%s is refused', (_, sources, code) => {
    expect(() => parseAuth(sources)).toThrow(expect.objectContaining({ code }))
    expect(() => parseAuth(sources)).toThrow(ProtocolError)
  })

  test('the first usable source counts: header, Authorization, query', () => {
    const sources: AuthSources = {
      sentryAuth: `Sentry sentry_key=${KEY}`,
      authorization: `Sentry sentry_key=${OTHER}`,
      query: `sentry_key=${OTHER}`,
    }
    expect(parseAuth(sources)?.publicKey).toBe(KEY)
    expect(parseAuth({ ...sources, sentryAuth: 'nonsense' })?.publicKey).toBe(OTHER)
  })

  test('when none is usable, the first one is reported', () => {
    const sources = { sentryAuth: 'Sentry sentry_key=abc', authorization: 'Basic %%%' }
    expect(() => parseAuth(sources)).toThrow(
      expect.objectContaining({ code: 'invalid_public_key' }),
    )
  })
})

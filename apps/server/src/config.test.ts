import { describe, expect, test } from '@jest/globals'
import { ConfigError, loadConfig } from './config.ts'

const SECRET = 'x'.repeat(32)

test('everything may be left out', () => {
  expect(loadConfig({}, '/srv')).toEqual({
    port: 9500,
    host: '127.0.0.1',
    url: 'http://localhost:9500',
    dataDir: '/srv/mayday-data',
    databaseUrl: undefined,
    roles: ['intake', 'digest', 'web'],
    secret: undefined,
    admin: undefined,
    retentionDays: 90,
    journalMaxBytes: 2048 * 1024 * 1024,
  })
})

test('an empty setting is one that is left out', () => {
  const names = ['PORT', 'HOST', 'MAYDAY_URL', 'MAYDAY_DATA', 'DATABASE_URL', 'MAYDAY_ROLES']
  const more = ['MAYDAY_SECRET', 'MAYDAY_ADMIN_EMAIL', 'MAYDAY_ADMIN_PASSWORD']
  const empty = Object.fromEntries([...names, ...more].map((name) => [name, '']))
  expect(loadConfig(empty, '/srv')).toEqual(loadConfig({}, '/srv'))
})

describe('a right setting', () => {
  test.each([
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['HOST', '0.0.0.0', { host: '0.0.0.0', url: 'http://localhost:9500' }],
    ['HOST', '::', { host: '::', url: 'http://localhost:9500' }],
    ['HOST', '192.0.2.7', { url: 'http://192.0.2.7:9500' }],
    ['HOST', '2001:db8::7', { url: 'http://[2001:db8::7]:9500' }],
    ['MAYDAY_URL', 'https://mayday.example.com/', { url: 'https://mayday.example.com' }],
    ['MAYDAY_URL', 'https://example.com/mayday//', { url: 'https://example.com/mayday' }],
    ['MAYDAY_DATA', '/var/lib/x', { dataDir: '/var/lib/x' }],
    ['MAYDAY_DATA', 'here', { dataDir: '/srv/here' }],
    ['DATABASE_URL', 'postgresql://u@h/d', { databaseUrl: 'postgresql://u@h/d' }],
    ['DATABASE_URL', 'postgres://u:p@h:1/d', { databaseUrl: 'postgres://u:p@h:1/d' }],
    ['MAYDAY_ROLES', 'web, intake', { roles: ['intake', 'web'] }],
    ['MAYDAY_SECRET', SECRET, { secret: SECRET }],
    ['MAYDAY_RETENTION_DAYS', '1', { retentionDays: 1 }],
    ['MAYDAY_JOURNAL_MAX_MB', '64', { journalMaxBytes: 64 * 1024 * 1024 }],
  ])('%s=%s', (name, value, expected) => {
    expect(loadConfig({ [name]: value }, '/srv')).toMatchObject(expected)
  })
})

describe('a wrong setting is refused with its name and what it may be', () => {
  test.each([
    ['PORT', 'http', 'PORT is "http"; it must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'PORT is "65536"; it must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'PORT is "-1"; it must be a whole number from 0 to 65535'],
    ['PORT', '95e2', 'PORT is "95e2"; it must be a whole number from 0 to 65535'],
    ['MAYDAY_URL', 'example.com', 'https://mayday.example.com'],
    ['MAYDAY_URL', 'ftp://example.com', 'https://mayday.example.com'],
    ['MAYDAY_URL', 'https://example.com/?a=1', 'https://mayday.example.com'],
    ['DATABASE_URL', 'mysql://u@h/d', 'postgres://user:password@host:5432/name'],
    ['DATABASE_URL', 'postgres://[', 'postgres://user:password@host:5432/name'],
    ['MAYDAY_ROLES', 'intake,cook', 'MAYDAY_ROLES has "cook"; it may list intake, digest, web'],
    ['MAYDAY_SECRET', 'short', 'MAYDAY_SECRET is too short; it must have at least 32 characters'],
    ['MAYDAY_RETENTION_DAYS', '0', 'from 1 to 3650'],
    ['MAYDAY_JOURNAL_MAX_MB', '63', 'from 64 to 1048576'],
    ['MAYDAY_ADMIN_EMAIL', 'a@b', 'MAYDAY_ADMIN_PASSWORD is missing beside MAYDAY_ADMIN_EMAIL'],
    ['MAYDAY_ADMIN_PASSWORD', SECRET, 'MAYDAY_ADMIN_EMAIL is missing'],
  ])('%s=%s', (name, value, line) => {
    const load = () => loadConfig({ [name]: value }, '/srv')
    expect(load).toThrow(ConfigError)
    expect(load).toThrow(line)
    expect(load).toThrow(name)
  })

  test.each([
    [
      'nobody',
      'long enough for it',
      'MAYDAY_ADMIN_EMAIL is "nobody"; it must be an e-mail address',
    ],
    ['a@b', 'too short', 'MAYDAY_ADMIN_PASSWORD must have 12 to 128 characters'],
    ['a@b', 'x'.repeat(129), 'MAYDAY_ADMIN_PASSWORD must have 12 to 128 characters'],
  ])('MAYDAY_ADMIN_EMAIL=%s with MAYDAY_ADMIN_PASSWORD=%s', (email, password, line) => {
    const env = { MAYDAY_ADMIN_EMAIL: email, MAYDAY_ADMIN_PASSWORD: password }
    expect(() => loadConfig(env, '/srv')).toThrow(line)
  })
})

test('no message repeats a secret', () => {
  for (const [name, value] of [
    ['DATABASE_URL', 'mysql://user:hunter22@host/name'],
    ['MAYDAY_SECRET', 'hunter22'],
  ] as const) {
    expect(() => loadConfig({ [name]: value }, '/srv')).not.toThrow('hunter22')
  }
})

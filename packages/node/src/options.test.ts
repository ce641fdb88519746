import { expect, test } from '@jest/globals'
import type { Options } from './options.ts'
import { resolveOptions } from './resolve-options.ts'

function resolved(options: Options, env: NodeJS.ProcessEnv = {}) {
  const warnings: string[] = []
  return { ...resolveOptions(options, env, (line) => warnings.push(line)), warnings }
}

test('bodies of requests are kept up to the size that was asked for, by default none', () => {
  const bytes = (maxRequestBodySize: Options['maxRequestBodySize']) =>
    resolved({ maxRequestBodySize }).maxRequestBodyBytes
  expect(
    [undefined, 'none', 'small', 'medium', 'always'].map((size) => bytes(size as 'none')),
  ).toEqual([0, 0, 1000, 10_000, 100_000])
  const wrong = resolved({ dsn: '', maxRequestBodySize: 'toString' as 'none' })
  expect(wrong.maxRequestBodyBytes).toBe(0)
  expect(wrong.warnings).toContain(
    'The option maxRequestBodySize has to be one of none, small, medium, always; none is used.',
  )
})

test('an option of the wrong type is told by name, with what would be right, and the default is used', () => {
  const wrong = {
    dsn: 'https://0123456789abcdef0123456789abcdef@example.org/1',
    release: 7,
    enabled: 'yes',
    sampleRate: 7,
    normalizeDepth: '3',
    beforeSend: 'no',
    denyUrls: 'internal',
    tunnel: 'not a URL',
    scrub: [1],
    defaultIntegrations: 3,
  } as unknown as Options
  const { warnings, sampleRate, normalizeDepth, beforeSend, dsn } = resolved(wrong)
  expect({ sampleRate, normalizeDepth, beforeSend }).toEqual({
    sampleRate: 1,
    normalizeDepth: 5,
    beforeSend: undefined,
  })
  expect(dsn).toBeDefined()
  expect(warnings).toEqual([
    'The option enabled has to be true or false, not a value of type string; true is used.',
    'The option release has to be a text, not a value of type number; it is left out.',
    'The option sampleRate has to be a number from 0 to 1; 1 is used.',
    'The option normalizeDepth has to be a number from 1 to 5; 5 is used.',
    'The option beforeSend has to be a function; it is left out.',
    'The option denyUrls has to be a list of strings and regular expressions; it is left out.',
    'The option scrub has to be a list of strings and regular expressions; it is left out.',
    'The option tunnel has to be a URL that begins with http: or https:; it is left out.',
  ])
})

test('variables of the environment that are named for Sentry count where those of Mayday are not set', () => {
  const sentry = {
    SENTRY_DSN: 'https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/2',
    SENTRY_RELEASE: 's-1',
    SENTRY_ENVIRONMENT: 's-env',
    NODE_ENV: 'production',
  }
  const mayday = {
    MAYDAY_DSN: 'https://0123456789abcdef0123456789abcdef@mayday.example/3',
    MAYDAY_RELEASE: 'm-1',
    MAYDAY_ENVIRONMENT: 'm-env',
  }
  expect(resolved({}, sentry)).toMatchObject({
    dsn: { host: 'o1.ingest.sentry.io', projectId: 2 },
    release: 's-1',
    environment: 's-env',
    warnings: [],
  })
  expect(resolved({}, { ...sentry, ...mayday })).toMatchObject({
    dsn: { host: 'mayday.example', projectId: 3 },
    release: 'm-1',
    environment: 'm-env',
  })
})

test.each([
  [
    'https://0123456789abcdef0123456789abcdef@o123.ingest.us.sentry.io/4505',
    'o123.ingest.us.sentry.io',
    '',
  ],
  [
    'https://0123456789abcdef0123456789abcdef:fedcba9876543210fedcba9876543210@sentry.example/9',
    'sentry.example',
    '',
  ],
  [
    'https://0123456789abcdef0123456789abcdef@sentry.example/errors/in/9',
    'sentry.example',
    '/errors/in',
  ],
])("a DSN of Sentry's own is taken: %s", (dsn, host, path) => {
  expect(resolved({ dsn })).toMatchObject({ dsn: { host, path }, warnings: [] })
})

test('options of Sentry that mean nothing here are taken; others are a mistake for TypeScript', () => {
  const taken: Options = { tracesSampleRate: 1, sendDefaultPii: true, profilesSampleRate: 1 }
  // @ts-expect-error: compiled with the tests, so this fails when the name becomes known.
  const unknown: Options = { sampelRate: 1 }
  expect(resolved({ ...taken, ...unknown }).sampleRate).toBe(1)
})

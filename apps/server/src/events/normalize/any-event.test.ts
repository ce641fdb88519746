import { expect, test } from '@jest/globals'
import { type EventPayload, LEVELS } from '@mayday/protocol/event'
import { MAX_STORED_DEPTH } from '@mayday/protocol/limits'
import fc from 'fast-check'
import { parseEventJson } from './event-json.ts'
import { normalizeEvent } from './normalize-event.ts'

const META = {
  eventId: 'e'.repeat(32),
  receivedAt: new Date(Date.UTC(2026, 10, 23)),
  clientIp: '203.0.113.9',
}

/** An event with a right value in every field that is read. */
const FULL = {
  timestamp: 1_795_000_000,
  platform: 'node',
  level: 'error',
  logger: 'l',
  transaction: 't',
  server_name: 's',
  release: 'r',
  dist: '1',
  environment: 'e',
  site: 's',
  message: 'm',
  logentry: { message: 'a %s', formatted: 'a b', params: ['b'] },
  exception: {
    values: [
      {
        type: 'E',
        value: 'v',
        module: 'm',
        thread_id: 1,
        mechanism: {
          type: 'm',
          handled: false,
          synthetic: false,
          description: 'd',
          source: 's',
          is_exception_group: false,
          exception_id: 0,
          parent_id: 0,
          data: { a: 1 },
          meta: { a: 1 },
          posix_signal: {},
        },
        stacktrace: {
          frames: [
            {
              function: 'f',
              module: 'm',
              package: 'p',
              filename: 'f',
              abs_path: 'a',
              lineno: 1,
              colno: 1,
              pre_context: ['a'],
              context_line: 'b',
              post_context: ['c'],
              in_app: true,
              platform: 'node',
              vars: { a: 1 },
              data: { a: 1 },
            },
          ],
        },
        raw_stacktrace: { frames: [] },
      },
    ],
  },
  stacktrace: { frames: [{ function: 'f' }] },
  threads: { values: [{ id: 1, name: 'n', crashed: true, current: true, stacktrace: null }] },
  breadcrumbs: {
    values: [
      { timestamp: 1, type: 't', ty: 't', category: 'c', level: 'info', message: 'm', data: {} },
    ],
  },
  request: {
    method: 'GET',
    url: 'http://a/b?c=d#e',
    query_string: 'a=b',
    fragment: 'f',
    headers: { a: 'b' },
    cookies: 'a=b',
    data: { a: 1 },
    env: { REMOTE_ADDR: '::1' },
  },
  user: { id: 1, username: 'u', email: 'e', name: 'n', ip_address: '::1', data: {}, plan: 'p' },
  contexts: { os: { name: 'o' } },
  tags: { a: 'b' },
  extra: { a: 'b' },
  fingerprint: ['a'],
  checksum: 'c',
  modules: { a: '1' },
  sdk: {
    name: 'n',
    version: 'v',
    packages: [{ name: 'n', version: 'v' }],
    integrations: ['a'],
    settings: { infer_ip: 'auto' },
  },
  debug_meta: { images: [{ type: 'sourcemap' }] },
  errors: [{ type: 't', name: 'n', value: 'v' }],
}

const WRONG = [
  'text',
  '',
  '\0\ud800',
  0,
  -1,
  1.5,
  2 ** 53,
  1e300,
  Number.POSITIVE_INFINITY,
  true,
  false,
  null,
  [],
  [null],
  [[]],
  ['a', 1, null, {}],
  [[1, 2, 3], ['a'], [null, null], [{}, []]],
  {},
  { values: 1 },
  { values: [1, 'a', null, [], {}] },
  { frames: [1, null, {}] },
  { a: null, b: [], c: { d: {} }, '': '' },
]

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))
  return [path, ...below]
}

function withValueAt(root: unknown, [key, ...rest]: string[], value: unknown): unknown {
  if (key === undefined) return value
  const copy = structuredClone(root) as Record<string, unknown>
  copy[key] = withValueAt(copy[key], rest, value)
  return copy
}

/** Plain checks and one expectation: thousands of events are looked at. */
function assertValid(event: EventPayload): void {
  const wrong: string[] = []
  const check = (isRight: boolean, what: string) => {
    if (!isRight) wrong.push(what)
  }
  check(LEVELS.includes(event.level), 'level')
  check(event.timestamp > 0, 'timestamp')
  for (const field of ['platform', 'logger', 'transaction', 'release', 'environment'] as const) {
    check(isText(event[field]), field)
  }
  for (const { stacktrace, type, value } of event.exception?.values ?? []) {
    check(isText(type) && isText(value), 'exception')
    for (const { filename, lineno, pre_context } of stacktrace?.frames ?? []) {
      check(isText(filename) && (lineno === undefined || lineno >= 1), 'frame')
      check((pre_context ?? []).every(isText), 'pre_context')
    }
  }
  check(Object.values(event.tags ?? {}).every(isText), 'tags')
  check(
    (event.errors ?? []).every(({ type }) => isText(type)),
    'errors',
  )
  const contexts = Object.values(event.contexts ?? {})
  check(
    contexts.every((context) => depthOf(context) <= MAX_STORED_DEPTH + 1),
    'contexts',
  )
  // Everything can be written as JSON and read again, which infinite or cyclic parts could not.
  const json = JSON.stringify(event)
  check(JSON.stringify(JSON.parse(json)) === json, 'json')
  expect(wrong).toEqual([])
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

test('a full event is taken without a note', () => {
  const { errors, ...event } = normalizeEvent(FULL, META)
  expect(errors).toEqual([{ type: 't', name: 'n', value: 'v' }])
  expect(event.exception?.values[0]?.stacktrace?.frames[0]?.vars).toEqual({ a: 1 })
})

test('a wrong value in any field costs at most that field', () => {
  const paths = pathsOf(FULL)
  expect(paths.length * WRONG.length).toBeGreaterThan(2_000)
  for (const path of paths) {
    for (const value of WRONG) {
      const event = normalizeEvent(withValueAt(FULL, path, value), META)
      assertValid(event)
      // Whatever lies beside the broken field is still there.
      if (path.length > 0 && path[0] !== 'transaction' && event.transaction !== 't') {
        throw new Error(`A wrong ${path.join('.')} has cost the transaction`)
      }
    }
  }
})

const anyJson = fc.jsonValue({ maxDepth: 8 })
const fieldsOfAnything = fc.record(
  Object.fromEntries(Object.keys(FULL).map((key) => [key, anyJson])),
  { requiredKeys: [] },
)

test('no JSON makes it throw, and what comes out is an event', () => {
  fc.assert(
    fc.property(fc.oneof(anyJson, fieldsOfAnything), (raw) => {
      assertValid(normalizeEvent(raw, META))
    }),
    { numRuns: 3_000 },
  )
})

test('several fields broken at once make no difference', () => {
  const paths = pathsOf(FULL).filter((path) => path.length > 0)
  const break_ = fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...WRONG))
  fc.assert(
    fc.property(fc.array(break_, { minLength: 2, maxLength: 6 }), (breaks) => {
      let raw: unknown = FULL
      for (const [path, value] of breaks) {
        raw = isReachable(raw, path) ? withValueAt(raw, path, value) : raw
      }
      assertValid(normalizeEvent(raw, META))
    }),
    { numRuns: 5_000 },
  )
})

function isReachable(root: unknown, path: string[]): boolean {
  let value = root
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !(key in value)) return false
    value = (value as Record<string, unknown>)[key]
  }
  return true
}

test('a million levels of nesting are cut, not followed', () => {
  const depth = 1_000_000
  const deep = parseEventJson(Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`))
  for (const field of ['extra', 'contexts', 'tags', 'user', 'exception', 'message', 'request']) {
    assertValid(normalizeEvent({ [field]: deep }, META))
    assertValid(normalizeEvent({ [field]: { values: [{ value: deep, data: deep }] } }, META))
  }
})

test('a hundred thousand of everything are cut within reason', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => i)
  const frames = many.map((i) => ({ function: `f${i}` }))
  const event = normalizeEvent(
    {
      tags: many.map((i) => [`k${i}`, i]),
      exception: many.slice(0, 10_000).map((i) => ({ type: `E${i}`, stacktrace: { frames } })),
      breadcrumbs: many.map((i) => ({ message: String(i) })),
      extra: Object.fromEntries(many.map((i) => [`k${i}`, i])),
    },
    META,
  )
  expect(Object.keys(event.tags ?? {})).toHaveLength(100)
  expect(event.exception?.values).toHaveLength(50)
  expect(event.breadcrumbs?.values).toHaveLength(100)
  expect(event.breadcrumbs?.values.at(-1)?.message).toBe('99999')
})

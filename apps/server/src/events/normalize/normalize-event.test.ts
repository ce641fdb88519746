import { describe, expect, test } from '@jest/globals'
import type { EventPayload } from '@mayday/protocol/event'
import { normalizeEvent } from './normalize-event.ts'

const RECEIVED = Date.UTC(2026, 10, 23, 12) / 1000

function normalize(raw: unknown, meta: Partial<Parameters<typeof normalizeEvent>[1]> = {}) {
  return normalizeEvent(raw, {
    eventId: 'e'.repeat(32),
    receivedAt: new Date(RECEIVED * 1000),
    clientIp: '203.0.113.9',
    ...meta,
  })
}

test('an empty event has what every event has, and nothing else', () => {
  expect(normalize({})).toEqual({
    event_id: 'e'.repeat(32),
    timestamp: RECEIVED,
    platform: 'other',
    level: 'error',
  })
})

test('the id of the envelope goes before the one in the payload', () => {
  expect(normalize({ event_id: 'f'.repeat(32) }).event_id).toBe('e'.repeat(32))
})

const exception = { type: 'TypeError', value: 'x' }
const chain = { values: [exception] }

test.each<[string, unknown, unknown]>([
  ['a list', [exception], chain],
  ['values', { values: [exception] }, chain],
  ['one alone', exception, chain],
  ['a list with nulls', [null, exception, null], chain],
  ['null', null, undefined],
  ['an empty object', {}, undefined],
  ['no values', { values: null }, undefined],
  ['an empty list', [], undefined],
])('exceptions come as %s', (_name, sent, normalized) => {
  expect(normalize({ exception: sent }).exception).toEqual(normalized)
  expect(normalize({ 'sentry.interfaces.Exception': sent }).exception).toEqual(normalized)
})

test.each<[string, unknown]>([
  ['a list', [{ message: 'm' }]],
  ['values', { values: [{ message: 'm' }] }],
])('breadcrumbs come as %s', (_name, breadcrumbs) => {
  const values = [{ message: 'm', level: 'info' }]
  expect(normalize({ breadcrumbs }).breadcrumbs).toEqual({ values })
  expect(normalize({ 'sentry.interfaces.Breadcrumbs': breadcrumbs }).breadcrumbs).toEqual({
    values,
  })
})

describe('tags', () => {
  const tags = (sent: unknown) => normalize({ tags: sent }).tags
  test.each<[string, unknown]>([
    ['a map', { a: 'b', n: 3, t: true }],
    [
      'pairs',
      [
        ['a', 'b'],
        ['n', 3],
        ['t', true],
        ['a', 'second'],
      ],
    ],
    [
      'objects',
      [
        { key: 'a', value: 'b' },
        { key: 'n', value: 3 },
        { key: 't', value: true },
      ],
    ],
  ])('come as %s', (_name, sent) => {
    expect(tags(sent)).toEqual({ a: 'b', n: '3', t: 'True' })
  })

  test('that are derived from fields, null or empty are left out', () => {
    expect(tags({ release: 'r', user: 'u', none: null, empty: '', kept: 'k' })).toEqual({
      kept: 'k',
    })
  })

  test('with long values are cut and noted, with bad keys dropped and noted', () => {
    const event = normalize({ tags: { long: 'x'.repeat(300), 'bad=key': 'v', 'a b': 'line\nend' } })
    expect(event.tags).toEqual({ long: `${'x'.repeat(199)}…`, 'a-b': 'line end' })
    expect(event.errors).toEqual([
      { type: 'value_too_long', name: 'tags.long' },
      { type: 'invalid_data', name: 'tags', value: 'bad=key' },
    ])
  })

  test('beyond a hundred are dropped', () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`k${i}`, 'v']))
    expect(Object.keys(tags(many) ?? {})).toHaveLength(100)
  })

  test('an environment among them counts when the event has none of its own', () => {
    expect(normalize({ tags: { environment: 'staging' } }).environment).toBe('staging')
    const both = normalize({ environment: 'production', tags: [['environment', 'staging']] })
    expect(both.environment).toBe('production')
    expect(both.tags).toBeUndefined()
  })
})

test.each<[unknown, unknown]>([
  [
    ['a', 1.9, true, null],
    ['a', '1', 'True'],
  ],
  ['one', ['one']],
  [[], undefined],
  [{ values: ['a'] }, ['a']],
  [['x'.repeat(100_000)], ['x'.repeat(100_000)]],
])('the fingerprint %j is read as %j', (sent, parts) => {
  expect(normalize({ fingerprint: sent }).fingerprint).toEqual(parts)
})

describe('the message', () => {
  test.each<[string, unknown, EventPayload['logentry']]>([
    ['text', { message: 'hi' }, { formatted: 'hi' }],
    ['empty', { message: '' }, undefined],
    ['false', { message: false }, undefined],
    ['an object', { message: { formatted: 'hi' } }, { formatted: 'hi' }],
    ['logentry as text', { logentry: 'hi' }, { formatted: 'hi' }],
    ['the old name', { 'sentry.interfaces.Message': { message: 'hi' } }, { message: 'hi' }],
    ['something else', { message: { a: 1 }, logentry: 5 }, { formatted: '5' }],
    [
      'both, logentry first',
      { message: 'hello world', logentry: { message: 'hello %s', params: ['you', []] } },
      { message: 'hello %s', params: ['you', []], formatted: 'hello you' },
    ],
    [
      'a template with names',
      { logentry: { message: '%(a)s {b} {c} 100%%', params: { a: 1, b: true } } },
      { message: '%(a)s {b} {c} 100%%', params: { a: 1, b: true }, formatted: '1 True {c} 100%' },
    ],
    [
      'a template with places',
      { logentry: { message: '{1} {0} %d', params: ['a', 'b'] } },
      { message: '{1} {0} %d', params: ['a', 'b'], formatted: 'b a a' },
    ],
  ])('is %s', (_name, raw, logentry) => {
    expect(normalize(raw).logentry).toEqual(logentry)
  })

  test('is cut at its limit, never in the middle of a character', () => {
    const { formatted } = normalize({ message: '😀'.repeat(5000) }).logentry ?? {}
    expect(formatted).toHaveLength(8191)
    expect(formatted?.isWellFormed?.() ?? true).toBe(true)
    expect(formatted?.endsWith('😀…')).toBe(true)
  })
})

describe('exceptions', () => {
  const one = (raw: unknown) => normalize({ exception: raw }).exception?.values[0]

  test.each<[unknown, unknown]>([
    [
      { type: 'E', value: 5 },
      { type: 'E', value: '5' },
    ],
    [
      { type: 'E', value: { a: [1] } },
      { type: 'E', value: '{"a":[1]}' },
    ],
    [{ value: 'ValueError: bad input' }, { type: 'ValueError', value: 'bad input' }],
    [{ value: 'note: no type here' }, { value: 'note: no type here' }],
    [
      { type: 'E', thread_id: 260, module: null, mechanism: null },
      { type: 'E', thread_id: '260' },
    ],
    [
      { type: 'E', mechanism: { handled: false } },
      { type: 'E', mechanism: { type: 'generic', handled: false } },
    ],
    [{ type: '', value: '' }, undefined],
  ])('%j are read as %j', (raw, normalized) => {
    expect(one(raw)).toEqual(normalized)
  })

  test('of an old native SDK keep their signal', () => {
    const { mechanism } = one({ type: 'S', mechanism: { posix_signal: { signal: 11 } } }) ?? {}
    expect(mechanism).toEqual({ type: 'generic', meta: { signal: { signal: 11 } } })
  })

  test('beyond fifty lose the middle of the chain', () => {
    const values = Array.from({ length: 60 }, (_, i) => ({ type: `E${i}` }))
    const kept = normalize({ exception: values }).exception?.values.map(({ type }) => type)
    expect(kept).toHaveLength(50)
    expect(kept?.slice(24, 26)).toEqual(['E24', 'E35'])
  })

  test('take the stack trace that stands beside a single one', () => {
    const stacktrace = { frames: [{ function: 'f' }] }
    expect(normalize({ exception: [exception], stacktrace }).exception?.values[0]).toEqual({
      ...exception,
      stacktrace,
    })
    expect(normalize({ message: 'm', stacktrace }).threads).toEqual({
      values: [{ current: true, stacktrace }],
    })
  })
})

describe('frames', () => {
  const frame = (raw: unknown) =>
    normalize({ exception: { type: 'E', stacktrace: { frames: [raw] } } }).exception?.values[0]
      ?.stacktrace?.frames[0]

  test.each<[unknown, unknown]>([
    [{ function: '?', lineno: 0 }, {}],
    [{ filename: '/app/a.js' }, { filename: '/app/a.js', abs_path: '/app/a.js' }],
    [{ abs_path: '/app/a.go' }, { filename: '/app/a.go', abs_path: '/app/a.go' }],
    [
      { filename: 'https://a.example/js/a.js?v=1' },
      { filename: '/js/a.js', abs_path: 'https://a.example/js/a.js?v=1' },
    ],
    [
      { filename: 'src/a.ts', abs_path: '/app/src/a.ts', lineno: 3, colno: 7, in_app: true },
      { filename: 'src/a.ts', abs_path: '/app/src/a.ts', lineno: 3, colno: 7, in_app: true },
    ],
    [
      { context_line: 'raise\n', pre_context: ['a\n', null], post_context: [] },
      { context_line: 'raise', pre_context: ['a', ''] },
    ],
    [{ vars: ['a', 1] }, { vars: { 0: 'a', 1: 1 } }],
    [{ lineno: '3', in_app: 'yes', vars: 'no' }, {}],
  ])('%j are read as %j', (raw, normalized) => {
    expect(frame(raw)).toEqual(normalized)
  })

  test('beyond 250 the oldest are dropped, and between the ends context is', () => {
    const frames = Array.from({ length: 300 }, (_, i) => ({ function: `f${i}`, context_line: 'x' }))
    const event = normalize({ exception: { type: 'E', stacktrace: { frames } } })
    const kept = event.exception?.values[0]?.stacktrace?.frames ?? []
    expect(kept).toHaveLength(250)
    expect(kept.at(-1)?.function).toBe('f299')
    expect(kept.map((one) => one.context_line !== undefined).filter(Boolean)).toHaveLength(50)
    expect(kept[24]?.context_line).toBe('x')
    expect(kept[25]?.context_line).toBeUndefined()
    expect(event.errors?.[0]?.name).toBe('exception.values.0.stacktrace.frames')
  })
})

describe('times', () => {
  test.each<[unknown, number]>([
    [RECEIVED - 1.5, RECEIVED - 1.5],
    [RECEIVED - 10, RECEIVED - 10],
    ['2026-11-23T11:00:00Z', RECEIVED - 3600],
    ['2026-11-23T11:00:00', RECEIVED - 3600],
    ['2026-11-23T11:00:00.123456789Z', RECEIVED - 3600 + 0.123456789],
    ['2026-11-23T12:30:00+01:30', RECEIVED - 3600],
    [String(RECEIVED - 5), RECEIVED - 5],
    [(RECEIVED - 5) * 1000, RECEIVED - 5],
    [RECEIVED + 30, RECEIVED + 30],
  ])('%j is taken', (timestamp, seconds) => {
    const event = normalize({ timestamp })
    expect(event.timestamp).toBeCloseTo(seconds, 5)
    expect(event.errors).toBeUndefined()
  })

  test.each<[unknown, string]>([
    ['1969-12-31T23:59:59Z', 'invalid_data'],
    [-1, 'invalid_data'],
    ['yesterday', 'invalid_data'],
    ['2026-02-31T00:00:00Z', 'invalid_data'],
    [1e20, 'invalid_data'],
    [{}, 'invalid_data'],
    [RECEIVED + 120, 'future_timestamp'],
    [RECEIVED - 40 * 86_400, 'past_timestamp'],
    ['9999-12-31T23:59:59Z', 'future_timestamp'],
  ])('%j is replaced by the time of receipt and noted', (timestamp, type) => {
    const event = normalize({ timestamp })
    expect(event.timestamp).toBe(RECEIVED)
    expect(event.errors?.[0]).toMatchObject({ type, name: 'timestamp' })
  })

  test('of a client whose clock is three hours late are all moved', () => {
    const late = RECEIVED - 3 * 3600
    const event = normalize(
      { timestamp: late - 2, breadcrumbs: [{ timestamp: late - 5, message: 'm' }] },
      { sentAt: late },
    )
    expect(event.timestamp).toBe(RECEIVED - 2)
    expect(event.breadcrumbs?.values[0]?.timestamp).toBe(RECEIVED - 5)
    expect(event.errors?.[0]?.type).toBe('clock_drift')
  })

  test('of a client whose clock is a little off stay', () => {
    const event = normalize({ timestamp: RECEIVED - 1000 }, { sentAt: RECEIVED - 990 })
    expect(event.timestamp).toBe(RECEIVED - 1000)
  })
})

test.each<[unknown, string]>([
  ['warn', 'warning'],
  ['log', 'info'],
  ['critical', 'fatal'],
  ['DEBUG', 'debug'],
  [10, 'debug'],
  [50, 'fatal'],
  ['loud', 'error'],
  [35, 'error'],
  [null, 'error'],
])('the level %j is %s', (sent, level) => {
  expect(normalize({ level: sent }).level).toBe(level)
})

test.each<[string, unknown, unknown]>([
  ['release', '  shop@1.2.3 ', 'shop@1.2.3'],
  ['release', 'a/b', undefined],
  ['release', '..', undefined],
  ['release', 'x'.repeat(201), undefined],
  ['environment', 'None', undefined],
  ['environment', 'eu/prod', undefined],
  ['environment', '', undefined],
  ['environment', 'prod', 'prod'],
])('%s %j is read as %j', (field, sent, normalized) => {
  expect(normalize({ [field]: sent })[field as 'release']).toBe(normalized)
})

test('a build number counts only with its release', () => {
  expect(normalize({ release: 'r', dist: 12 }).dist).toBe('12')
  expect(normalize({ dist: '12' }).dist).toBeUndefined()
})

describe('the request', () => {
  const request = (raw: unknown) => normalize({ request: raw }).request

  test('gives query and fragment of the URL their own fields', () => {
    expect(request({ url: 'https://a.example/x?q=1&e=%zz#top', method: 'post' })).toEqual({
      method: 'POST',
      url: 'https://a.example/x',
      query_string: [
        ['q', '1'],
        ['e', '%zz'],
      ],
      fragment: 'top',
    })
  })

  test.each<[string, unknown]>([
    ['text', '?a=1&b=2'],
    ['a map', { a: 1, b: '2' }],
    [
      'pairs',
      [
        ['a', '1'],
        ['b', 2],
      ],
    ],
  ])('has its query as %s', (_name, query) => {
    expect(request({ query_string: query })).toEqual({
      query_string: [
        ['a', '1'],
        ['b', '2'],
      ],
    })
  })

  test('has headers under one spelling and the cookies of their header', () => {
    expect(
      request({ headers: { 'content-type': 'a/b', ACCEPT: ['x', 'y'], cookie: 'a=1; b' } }),
    ).toEqual({
      headers: [
        ['Content-Type', 'a/b'],
        ['Accept', 'x,y'],
      ],
      cookies: [
        ['a', '1'],
        ['b', ''],
      ],
    })
  })
})

describe('the user', () => {
  const user = (raw: object, meta = {}) => normalize(raw, meta).user

  test('has numeric ids as text and unknown fields below data', () => {
    expect(user({ user: { id: 7, plan: 'pro', data: { a: 1 } } })).toEqual({
      id: '7',
      data: { plan: 'pro', a: 1 },
    })
  })

  test.each<[string, object, string | undefined]>([
    ['its own', { user: { ip_address: '198.51.100.7' } }, '198.51.100.7'],
    ['asked for', { user: { ip_address: '{{auto}}' } }, '203.0.113.9'],
    ['of the request', { request: { env: { REMOTE_ADDR: '192.0.2.4' } } }, '192.0.2.4'],
    ['asked for in the request', { request: { env: { REMOTE_ADDR: '{{auto}}' } } }, '203.0.113.9'],
    ['of a browser', { platform: 'javascript' }, '203.0.113.9'],
    ['of a server', { platform: 'node' }, undefined],
    ['allowed', { sdk: { settings: { infer_ip: 'auto' } } }, '203.0.113.9'],
    ['forbidden', { platform: 'javascript', sdk: { settings: { infer_ip: 'never' } } }, undefined],
    ['no address', { user: { ip_address: 'localhost' } }, undefined],
  ])('has an address: %s', (_name, raw, address) => {
    expect(user(raw)?.ip_address).toBe(address)
  })

  test('is absent when empty', () => {
    expect(normalize({ user: {} })).not.toHaveProperty('user')
  })
})

describe('free data', () => {
  test('that fits is kept as it is', () => {
    const extra = { a: { b: [1, 'x', null, true, 1.5] } }
    expect(normalize({ extra }).extra).toEqual(extra)
  })

  test('is cut at its depth and size, with marks', () => {
    const deep = { 1: { 2: { 3: { 4: { 5: { 6: { 7: { 8: 'x' } } } } } } } }
    const event = normalize({ extra: { deep, long: 'x'.repeat(20_000) } })
    expect(JSON.stringify(event.extra?.deep)).toBe(
      '{"1":{"2":{"3":{"4":{"5":{"6":{"7":"{…}"}}}}}}}',
    )
    expect(String(event.extra?.long)).toHaveLength(16 * 1024 - 4)
    expect(event.errors?.map(({ name }) => name)).toEqual(['extra.deep', 'extra.long'])
  })

  test('of five megabytes is brought to its limit', () => {
    const extra = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`k${i}`, 'x'.repeat(10_000)]),
    )
    expect(JSON.stringify(normalize({ extra }).extra).length).toBeLessThan(300 * 1024)
  })

  test('loses keys that would change the object it is put into', () => {
    const extra = JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":1},"a":1}')
    const kept = normalize({ extra, contexts: { c: extra }, tags: extra, modules: extra })
    expect(kept.extra).toEqual({ a: 1 })
    expect(kept.contexts).toEqual({ c: { a: 1 } })
    expect(kept.tags).toEqual({ a: '1' })
    expect(Object.getPrototypeOf(kept.tags)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test('has numbers that readers disagree about as text', () => {
    const extra = { huge: 1e300, unsafe: 2 ** 53, infinite: JSON.parse('1e400'), fine: -0.5 }
    expect(normalize({ extra }).extra).toEqual({
      huge: '1e+300',
      unsafe: '9007199254740992',
      infinite: 'Infinity',
      fine: -0.5,
    })
  })

  test('null and scalar contexts are dropped', () => {
    const event = normalize({ contexts: { os: { name: 'Linux' }, gone: null, odd: 3 } })
    expect(event.contexts).toEqual({ os: { name: 'Linux' } })
    expect(event.errors).toEqual([{ type: 'invalid_data', name: 'contexts.odd', value: '3' }])
  })
})

test('what the SDK noted itself is kept', () => {
  const errors = [{ type: 'js_no_source', name: 'a', value: 1 }, 'odd']
  expect(normalize({ errors }).errors).toEqual([{ type: 'js_no_source', name: 'a', value: '1' }])
})

test('an event without its own SDK has that of the envelope', () => {
  const envelopeSdk = { name: 'sentry.php', version: '4.1', integrations: ['a', 3] }
  expect(normalize({}, { envelopeSdk }).sdk).toEqual({
    name: 'sentry.php',
    version: '4.1',
    integrations: ['a'],
  })
})

test('the payload that was sent is left as it is', () => {
  const raw = { tags: { a: 1 }, request: { env: { REMOTE_ADDR: '{{auto}}' } }, user: {} }
  const before = structuredClone(raw)
  normalize(raw)
  expect(raw).toEqual(before)
})

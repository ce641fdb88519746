import { expect, test } from '@jest/globals'
import { normalize, RECEIVED } from '../../../test/normalize.ts'

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

import { describe, expect, test } from '@jest/globals'
import type { EventPayload, Exception, Frame } from '@mayday/protocol/event'
import { groupEvent } from './group-event.ts'

const bare: EventPayload = {
  event_id: '0'.repeat(32),
  timestamp: 1,
  platform: 'node',
  level: 'error',
}
const frames: Frame[] = [
  { filename: '/srv/shop/src/orders/service.ts', function: 'loadOrder', in_app: true },
  { filename: '/srv/shop/node_modules/pg/lib/client.js', function: 'query', in_app: false },
]

function named(...values: Exception[]): ReturnType<typeof groupEvent> {
  return groupEvent({ ...bare, exception: { values } })
}

describe('the title', () => {
  test.each<[string, Partial<EventPayload>, string]>([
    [
      'type and value',
      { exception: { values: [{ type: 'TypeError', value: 'x is undefined' }] } },
      'TypeError: x is undefined',
    ],
    [
      'only the first line of the value',
      { exception: { values: [{ type: 'E', value: '\n one\ntwo' }] } },
      'E: one',
    ],
    ['the type alone', { exception: { values: [{ type: 'TypeError' }] } }, 'TypeError'],
    ['the value alone', { exception: { values: [{ value: 'boom' }] } }, 'boom'],
    [
      'the last exception',
      { exception: { values: [{ type: 'Cause' }, { type: 'Outer', value: 'x' }] } },
      'Outer: x',
    ],
    [
      'the message of JavaScript SDK 11',
      { exception: { values: [{ value: 'late' }] }, logentry: { formatted: 'late' } },
      'late',
    ],
    [
      'the formatted message',
      { logentry: { message: 'order %s', formatted: 'order 17\nmore' } },
      'order 17',
    ],
    ['the template without its values', { logentry: { message: 'order %s' } }, 'order %s'],
    ['nothing', {}, '<unlabeled event>'],
    ['an exception of nothing', { exception: { values: [{}] } }, '<unknown>'],
    ['control characters', { logentry: { formatted: 'a\u0000b\u001b[31mc' } }, 'a b [31mc'],
  ])('of %s', (_name, fields, title) => {
    expect(groupEvent({ ...bare, ...fields }).title).toBe(title)
  })

  test('of a made-up type is the function', () => {
    const { title, type } = named({
      type: 'Error',
      value: 'order 17 has no lines',
      mechanism: { type: 'generic', synthetic: true },
      stacktrace: { frames },
    })
    expect({ title, type }).toEqual({
      title: 'loadOrder: order 17 has no lines',
      type: 'loadOrder',
    })
  })

  test('of a message that JavaScript SDK 11 sends with its stack is the message', () => {
    const mechanism = { type: 'generic', synthetic: true }
    const { title, type } = named({ value: 'order 17 late', mechanism, stacktrace: { frames } })
    expect({ title, type }).toEqual({ title: 'order 17 late', type: null })
  })

  test('is cut between characters, type and value likewise', () => {
    const { title, type, value } = named({ type: 'T'.repeat(300), value: '😀'.repeat(2000) })
    expect([title.length, type?.length, value?.length]).toEqual([255, 128, 1023])
    for (const text of [title, type, value])
      expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
  })
})

describe('the culprit', () => {
  test('is the last in-app frame', () => {
    const { culprit, crashFrame } = named({ type: 'E', stacktrace: { frames } })
    expect(culprit).toBe('src/orders/service.ts in loadOrder')
    expect(crashFrame).toBe(frames[0])
  })

  test('is of a cause when the exception thrown passed through none of our code', () => {
    const values = [{ type: 'pg' }, { type: 'Ours', stacktrace: { frames } }, { type: 'socket' }]
    expect(named(...values.slice(0, 2)).culprit).toBe('src/orders/service.ts in loadOrder')
  })

  test.each<[string, Partial<EventPayload>, string | null]>([
    [
      'the transaction where only dependencies took part',
      { transaction: 'GET /orders/:id' },
      'GET /orders/:id',
    ],
    ["a dependency's frame without a transaction", {}, 'pg/lib/client.js in query'],
  ])('is %s', (_name, fields, culprit) => {
    const values = [{ type: 'E', stacktrace: { frames: frames.slice(1) } }]
    expect(groupEvent({ ...bare, ...fields, exception: { values } }).culprit).toBe(culprit)
  })

  test.each<[string, Partial<EventPayload>, string | null]>([
    [
      'the transaction',
      { transaction: 'nightly import', request: { url: 'https://x.example/a' } },
      'nightly import',
    ],
    [
      "the address's path",
      { request: { url: 'https://shop.example/orders/17?x=1' } },
      '/orders/17',
    ],
    ['nothing', {}, null],
  ])('without frames is %s', (_name, fields, culprit) => {
    expect(groupEvent({ ...bare, ...fields }).culprit).toBe(culprit)
  })
})

test('an event with an exception is an error, one without is not', () => {
  expect(named({ type: 'E' }).kind).toBe('error')
  expect(groupEvent({ ...bare, logentry: { formatted: 'late' } }).kind).toBe('default')
})

import { describe, expect, test } from '@jest/globals'
import type { EventPayload } from '@mayday/protocol/event'
import { normalize } from '../../../test/normalize.ts'

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

import { describe, expect, test } from '@jest/globals'
import { normalize } from '../../../test/normalize.ts'

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

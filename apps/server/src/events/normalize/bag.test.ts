import { describe, expect, test } from '@jest/globals'
import { normalize } from '../../../test/normalize.ts'

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

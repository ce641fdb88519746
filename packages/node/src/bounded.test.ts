import { describe, expect, test } from '@jest/globals'
import { toJson } from './bounded.ts'

const throws = () => {
  throw new Error('trap')
}

describe('any value becomes JSON', () => {
  test.each([
    ['numbers', [1, Number.NaN, -Infinity], [1, 'NaN', '-Infinity']],
    ['bigints', [1n, 2n ** 5000n], ['1n', '[BigInt]']],
    ['nothing', [null, undefined], [null, '[undefined]']],
    ['functions and symbols', [() => 1, Symbol('s')], ['[Function]', '[Symbol(s)]']],
    ['dates', [new Date(0), new Date(Number.NaN)], ['1970-01-01T00:00:00.000Z', '[Invalid Date]']],
    ['maps and sets', [new Map([['a', 1]]), new Set([1])], [{ a: 1 }, [1]]],
    ['errors', new TypeError('x'), 'TypeError: x'],
    ['binary data', Buffer.alloc(5_000_000), '[Binary data, 5000000 bytes]'],
    ['URLs', new URL('http://x/y'), 'http://x/y'],
    ['expressions', /a+/g, '/a+/g'],
    ['promises', Promise.resolve(1), '[Promise]'],
    ['null prototypes', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ])('%s', (_, value, expected) => {
    expect(toJson(value)).toEqual(expected)
  })
})

describe('no code of the program runs', () => {
  test.each([
    [
      'getters',
      Object.defineProperty({}, 'a', { get: throws, enumerable: true }),
      { a: '[Getter]' },
    ],
    ['toJSON', { toJSON: throws, a: 1 }, { toJSON: '[Function]', a: 1 }],
    ['proxies', { a: new Proxy({}, { get: throws, ownKeys: throws }) }, { a: '[Proxy]' }],
    ['getters of lists', Object.defineProperty([1], 0, { get: throws }), ['[Getter]']],
    [
      'patched iterators',
      Object.assign(new Map([[1, 2]]), { [Symbol.iterator]: throws }),
      { 1: 2 },
    ],
  ])('%s', (_, value, expected) => {
    expect(toJson(value)).toEqual(expected)
  })
})

test('cycles end, and shared parts are shown wherever they are', () => {
  const shared = { x: 1 }
  const value: Record<string, unknown> = { one: shared, two: shared }
  value.self = value
  expect(toJson(value)).toEqual({ one: { x: 1 }, two: { x: 1 }, self: '[Circular]' })
})

describe('size is bounded', () => {
  test('depth', () => {
    let deep: unknown = 'end'
    for (let n = 0; n < 100_000; n++) deep = { deep }
    expect(JSON.stringify(toJson(deep))).toBe(
      '{"deep":{"deep":{"deep":{"deep":{"deep":"[Object]"}}}}}',
    )
  })

  test('breadth and number of values', () => {
    const wide = Array.from({ length: 300 }, () => Array(300).fill({ a: 1 }))
    expect(JSON.stringify(toJson(wide)).length).toBeLessThan(40_000)
    const keys = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, n]))
    expect(Object.keys(toJson(keys) as object)).toHaveLength(101)
  })

  test('a tree of shared parts', () => {
    let tree: unknown = {}
    for (let n = 0; n < 28; n++) tree = { left: tree, right: tree }
    expect(JSON.stringify(toJson(tree)).length).toBeLessThan(10_000)
  })

  test('texts', () => {
    expect((toJson('x'.repeat(20_000)) as string).length).toBe(8192)
    expect(toJson('x'.repeat(5_000_000))).toBe('[String of 5000000 characters]')
  })
})

test('the prototype of the result cannot be set by a key', () => {
  const json = toJson(JSON.parse('{"__proto__":{"polluted":true}}')) as object
  expect(Object.getPrototypeOf(json)).toBe(Object.prototype)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

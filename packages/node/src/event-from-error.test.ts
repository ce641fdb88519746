import { describe, expect, test } from '@jest/globals'
import { exceptionsFrom } from './event-from-error.ts'

const capture = { type: 'generic', handled: true }
const told = (thrown: unknown) =>
  exceptionsFrom(thrown, capture).map(({ type, value }) => `${type}: ${value}`)

test('causes come before what they caused, and point at it', () => {
  const root = new TypeError('root')
  const top = new Error('top', { cause: new RangeError('middle', { cause: root }) })
  expect(exceptionsFrom(top, capture)).toMatchObject([
    {
      type: 'TypeError',
      mechanism: { type: 'chained', source: 'cause', exception_id: 2, parent_id: 1 },
    },
    { type: 'RangeError', mechanism: { exception_id: 1, parent_id: 0 } },
    { type: 'Error', value: 'top', mechanism: { type: 'generic', exception_id: 0 } },
  ])
})

test('the errors of an AggregateError are its children', () => {
  const error = new AggregateError([new Error('a'), new RangeError('b')], 'both')
  expect(exceptionsFrom(error, capture)).toMatchObject([
    { value: 'b', mechanism: { source: 'errors[1]', exception_id: 2, parent_id: 0 } },
    { value: 'a', mechanism: { source: 'errors[0]', exception_id: 1, parent_id: 0 } },
    { value: 'both', mechanism: { is_exception_group: true, exception_id: 0 } },
  ])
})

test('an error without a cause has no place in a tree', () => {
  expect(exceptionsFrom(new Error('x'), capture)[0]?.mechanism).toEqual(capture)
})

test('own properties of an error are kept as data', () => {
  const error = Object.assign(new Error('x'), {
    code: 'ECONNREFUSED',
    errno: -111,
    nested: { deep: [1] },
    toJSON: () => 'no',
    detail: undefined,
  })
  expect(exceptionsFrom(error, capture)[0]?.mechanism?.data).toEqual({
    code: 'ECONNREFUSED',
    errno: -111,
    nested: { deep: [1] },
  })
})

test('the class of an error is its type', () => {
  class OrderNotFound extends Error {}
  expect(told(new OrderNotFound('41'))).toEqual(['OrderNotFound: 41'])
  expect(told(Object.assign(new Error('x'), { name: 'Named' }))).toEqual(['Named: x'])
})

describe('what is no error', () => {
  test.each([
    ['a text', 'NonError: a text'],
    [undefined, 'NonError: [undefined]'],
    [null, 'NonError: null'],
    [42, 'NonError: 42'],
    [10n, 'NonError: 10n'],
    [Symbol('s'), 'NonError: [Symbol(s)]'],
    [{ code: 7 }, 'NonError: {"code":7}'],
    [{ message: 'like one', code: 7 }, 'Error: like one'],
  ])('%p', (thrown, expected) => {
    expect(told(thrown)).toEqual([expected])
  })

  test('shows where it was captured', () => {
    const [exception] = exceptionsFrom('x', capture, 'Error\n    at here (/a.js:1:2)')
    expect(exception?.stacktrace?.frames).toMatchObject([{ function: 'here' }])
  })
})

describe('hostile errors are still captured', () => {
  const throws = () => {
    throw new Error('trap')
  }
  const traps = {
    get: throws,
    ownKeys: throws,
    getPrototypeOf: throws,
    has: throws,
    getOwnPropertyDescriptor: throws,
  }
  const looped = new Error('loop')
  looped.cause = looped
  const a = new Error('a')
  const b = new Error('b', { cause: a })
  a.cause = b

  test.each([
    [
      'stack getter throws',
      Object.defineProperty(new Error('x'), 'stack', { get: throws }),
      'Error: x',
    ],
    [
      'message getter throws',
      Object.defineProperty(new Error('x'), 'message', { get: throws }),
      'Error: ',
    ],
    [
      'message is an object',
      Object.assign(new Error(), { message: { toString: throws } }),
      /Error: /,
    ],
    ['stack is a number', Object.assign(new Error('x'), { stack: 12 }), 'Error: x'],
    ['name is a symbol', Object.assign(new Error('x'), { name: Symbol('n') }), 'Error: x'],
    ['proxy', new Proxy(new Error('x'), traps), 'NonError: [Proxy]'],
    ['cause of itself', looped, 'Error: loop'],
    [
      'errors is a proxy',
      Object.assign(new Error('x'), { errors: new Proxy([], traps) }),
      'Error: x',
    ],
    ['null prototype', Object.create(null), 'NonError: {}'],
    ['revoked proxy', revoked(), 'NonError: [Proxy]'],
  ])('%s', (_, thrown, expected) => {
    expect(told(thrown)).toEqual([
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    ])
  })

  test('a cycle of causes is followed once', () => {
    expect(told(b)).toEqual(['Error: a', 'Error: b'])
  })

  test('a long chain, and a long message, are cut', () => {
    let error = new Error('x'.repeat(200_000))
    for (let n = 0; n < 500; n++) error = new Error(`x${'y'.repeat(20_000)}`, { cause: error })
    const exceptions = exceptionsFrom(error, capture)
    expect(exceptions).toHaveLength(20)
    expect(exceptions.every((exception) => (exception.value ?? '').length <= 8192)).toBe(true)
  })
})

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

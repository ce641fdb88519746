import { expect, test } from '@jest/globals'
import { BUILT_CJS, runProgram } from './test-support/run-program.ts'
import { startSink } from './test-support/sink.ts'

/**
 * Each makes one value, in a program that counts how often its getters are called. `stack` comes
 * first: when V8 writes it, which it does once, V8 itself reads the message.
 */
const VALUES: [string, string][] = [
  ['a text', `'text'`],
  ['nothing', `undefined`],
  ['null', `null`],
  ['a symbol', `Symbol('s')`],
  ['a bigint', `2n ** 100000n`],
  ['a function', `() => boom()`],
  ['an object', `({ message: 'like one', code: 7 })`],
  ['no prototype', `Object.create(null)`],
  ['a cycle', `(() => { const a = {}; a.a = a; return a })()`],
  [
    'a cycle of causes',
    `(() => { const e = new Error('c'); e.cause = e; e.errors = [e]; return e })()`,
  ],
  ['a stack that is no text', `Object.assign(new Error('n'), { stack: { toString: boom } })`],
  ['a message that throws', `Object.assign(new Error(), { message: { toString: boom } })`],
  ['a name that is a symbol', `Object.assign(new Error('n'), { name: Symbol('n') })`],
  [
    'getters of an error',
    `counting(new Error('g'), ['stack', 'message', 'name', 'cause', 'errors', 'code'])`,
  ],
  ['getters that throw', `counting(new Error('g'), ['stack', 'message', 'name', 'cause'], boom)`],
  [
    'getters of an object',
    `counting({}, ['message', 'stack', 'name', 'constructor', 'toJSON', 'a', 'then'])`,
  ],
  ['toJSON that throws', `({ toJSON: boom, toString: boom, [Symbol.toPrimitive]: boom })`],
  [
    'a class whose name throws',
    `new (class extends Error { static get name() { throw new Error('boom') } })('n')`,
  ],
  [
    'a class whose name is a symbol',
    `new (class extends Error { static name = Symbol('n') })('n')`,
  ],
  ['a proxy', `new Proxy(new Error('p'), traps)`],
  ['a proxy as cause', `new Error('p', { cause: new Proxy({}, traps) })`],
  ['a proxy as prototype', `Object.create(new Proxy({}, traps))`],
  [
    'a proxy that was revoked',
    `(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy })()`,
  ],
  ['500 MB of text', `({ text: 'x'.repeat(5e8) })`],
  ['a million deep', `(() => { let v = 1; for (let n = 0; n < 1e6; n++) v = { v }; return v })()`],
  ['a million keys', `Object.fromEntries(Array.from({ length: 1e6 }, (_, n) => ['k' + n, n]))`],
  ['a million items', `Array.from({ length: 1e6 }, (_, n) => ({ n }))`],
  [
    'a detached buffer',
    `(() => { const b = new ArrayBuffer(9); const v = new DataView(b); structuredClone(b, { transfer: [b] }); return { b, v } })()`,
  ],
  ['2^28 paths', `(() => { let v = 1; for (let n = 0; n < 28; n++) v = [v, v]; return v })()`],
  [
    '10,000 causes',
    `(() => { let e; for (let n = 0; n < 1e4; n++) e = new Error('n', { cause: e }); return e })()`,
  ],
  ['100 KB of frames', `new Error('\\n    at a (/b.js:1:1)'.repeat(5000))`],
  [
    '100 KB of stack',
    `Object.assign(new Error('s'), { stack: 'Error: s\\n' + ('    at ' + '(eval at f '.repeat(80) + '(a:1:1)\\n').repeat(110) })`,
  ],
  ['a prototype as key', `JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}')`],
]

const program = (dsn: string) => `
  const Mayday = require(${JSON.stringify(BUILT_CJS)})
  Mayday.init({ dsn: ${JSON.stringify(dsn)} })
  const boom = () => { throw new Error('trap') }
  const traps = new Proxy({}, { get: () => boom })
  let calls = {}
  const counting = (target, keys, get = () => 'got') => {
    for (const key of keys) {
      Object.defineProperty(target, key, {
        enumerable: true, configurable: true,
        get() { calls[key] = (calls[key] ?? 0) + 1; return get() },
      })
    }
    return target
  }
  const makers = [${VALUES.map(([, source]) => `() => ${source}`).join(',\n')}]
  const ways = [
    (value) => Mayday.captureException(value),
    (value) => Mayday.withScope((scope) => {
      scope.setExtra('value', value)
      scope.setContext('value', value)
      scope.setTag('value', value)
      scope.setUser({ id: value })
      return Mayday.captureException(new Error('with data'), { extra: { value } })
    }),
  ]
  ;(async () => {
    const results = []
    for (const make of makers) for (const way of ways) {
      calls = {}
      let threw = false
      let id
      try { id = way(make()) } catch (error) { threw = String(error) }
      results.push({ id, threw, most: Math.max(0, ...Object.values(calls)) })
      await Mayday.flush(10000)
    }
    console.log(JSON.stringify(results))
  })()`

test('whatever is captured or set, nothing is thrown, getters run at most once, and a bounded event is sent', async () => {
  const sink = await startSink()
  try {
    const { stdout, code } = await runProgram(program(sink.dsn))
    expect(code).toBe(0)
    const names = VALUES.flatMap(([name]) => [`${name}, captured`, `${name}, set`])
    const results = JSON.parse(stdout) as { id: string; threw: unknown; most: number }[]
    expect(names.filter((_, at) => results[at]?.threw !== false)).toEqual([])
    expect(names.filter((_, at) => (results[at]?.most ?? 2) > 1)).toEqual([])
    const sizes = new Map(
      sink.events().map((event) => [event.event_id, JSON.stringify(event).length]),
    )
    const sizeOf = (at: number) => sizes.get(results[at]?.id ?? '') ?? Number.POSITIVE_INFINITY
    expect(names.filter((_, at) => sizeOf(at) > 200 * 1024)).toEqual([])
  } finally {
    await sink.close()
  }
}, 60_000)

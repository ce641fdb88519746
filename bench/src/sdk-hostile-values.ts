const KB_100 = 100 * 1024

const throws = () => {
  throw new Error('trap')
}

/** Errors whose message or stack was made to be slow to read. Each call makes a fresh one. */
export const hostileTexts: Record<string, () => unknown> = {
  'message of quotes': () => new Error('"'.repeat(KB_100)),
  'message of key words': () => new Error('password="'.repeat(KB_100 / 10)),
  'message of URLs': () => new Error('a://b:'.repeat(KB_100 / 6)),
  'message of tokens': () => new Error('eyJ.'.repeat(KB_100 / 4)),
  'message of frames': () => new Error('\n    at a (/b.js:1:1)'.repeat(KB_100 / 21)),
  'message that was changed': () => {
    const error = new Error('\n    at a:a:a'.repeat(KB_100 / 13))
    void error.stack
    error.message = 'other'
    return error
  },
  'message that nearly matches': () =>
    withStack(`${': aa'.repeat(KB_100 / 4)}`, `${': aa'.repeat(KB_100 / 5)}b`),
  'stack of one line': () => withStack(`Error: x\n    at ${'a:'.repeat(KB_100 / 2)}1:1`),
  'stack of parentheses': () =>
    withStack(`Error: x\n${`    at ${' ('.repeat(480)}:1:1)\n`.repeat(105)}`),
  'stack of nested eval': () =>
    withStack(`Error: x\n${`    at ${'(eval at f '.repeat(80)}(a:1:1)\n`.repeat(105)}`),
  'stack of commas in eval': () =>
    withStack(`Error: x\n${`    at (eval ${','.repeat(900)}:1:1)\n`.repeat(105)}`),
  'stack of short lines': () =>
    withStack(`Error: x\n${'    at a (/b.js:1:1)\n'.repeat(KB_100 / 21)}`),
  'stack of new lines': () => withStack('\n'.repeat(KB_100)),
}

/** Values that no program should hand over. Each call makes a fresh one. */
export const hostileObjects: Record<string, () => unknown> = {
  cycle: () => {
    const value: Record<string, unknown> = {}
    value.self = value
    return value
  },
  bigints: () => ({ small: 1n, large: 2n ** 100_000n }),
  'getters and toJSON that throw': () =>
    Object.defineProperty({ toJSON: throws, toString: throws }, 'get', {
      get: throws,
      enumerable: true,
    }),
  proxies: () => ({
    proxy: new Proxy({}, { get: throws, ownKeys: throws, getPrototypeOf: throws }),
  }),
  'string of 500 MB': () => ({ text: 'x'.repeat(500_000_000) }),
  'a million deep': () => {
    let value: unknown = 'end'
    for (let depth = 0; depth < 1_000_000; depth++) value = { value }
    return value
  },
  'a million keys': () =>
    Object.fromEntries(Array.from({ length: 1_000_000 }, (_, n) => [`k${n}`, n])),
  'a million items': () => Array.from({ length: 1_000_000 }, (_, n) => ({ n })),
  'detached buffer': () => {
    const buffer = new ArrayBuffer(1_000_000)
    const view = new Uint8Array(buffer)
    structuredClone(buffer, { transfer: [buffer] })
    return { buffer, view }
  },
  'tree of 2^28 paths': () => {
    let value: unknown = 'leaf'
    for (let depth = 0; depth < 28; depth++) value = [value, value]
    return value
  },
  'chain of 10,000 causes': () => {
    let error = new Error('root')
    for (let depth = 0; depth < 10_000; depth++) error = new Error('next', { cause: error })
    return error
  },
}

function withStack(stack: string, message = 'x'): Error {
  return Object.defineProperty(new Error(message), 'stack', { value: stack })
}

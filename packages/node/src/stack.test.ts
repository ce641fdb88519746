import { describe, expect, test } from '@jest/globals'
import { parseStack } from './stack.ts'

const one = (line: string) => parseStack(`Error: x\n${line}`, 'x')[0]

describe('a line of a stack', () => {
  test.each([
    ['    at fn (/a/b.js:1:2)', { function: 'fn', filename: '/a/b.js', lineno: 1, colno: 2 }],
    ['    at /a/b.js:1:2', { filename: '/a/b.js', lineno: 1, colno: 2 }],
    ['    at async fn (/a/b.js:1:2)', { function: 'fn', filename: '/a/b.js' }],
    ['    at async /a/b.js:12:7', { filename: '/a/b.js', lineno: 12, colno: 7 }],
    ['    at new Shop (/a/b.js:1:2)', { function: 'Shop', filename: '/a/b.js' }],
    ['    at Shop.sell [as buy] (/a/b.js:1:2)', { function: 'Shop.sell', filename: '/a/b.js' }],
    ['    at async Promise.all (index 0)', { function: 'Promise.all', filename: 'index 0' }],
    ['    at Array.map (<anonymous>)', { function: 'Array.map', filename: '<anonymous>' }],
    ['    at fn (/a/a (copy).js:3:4)', { function: 'fn', filename: '/a/a (copy).js', lineno: 3 }],
    ['    at /a/a (copy).js:3:4', { filename: '/a/a (copy).js', lineno: 3, colno: 4 }],
    ['    at fn (/with spaces/b c.js:1:2)', { function: 'fn', filename: '/with spaces/b c.js' }],
    ['    at fn (file:///a/b%20c.mjs:1:2)', { function: 'fn', filename: '/a/b c.mjs' }],
    [
      '    at fn (webpack-internal:///(rsc)/x.js:1:2)',
      { filename: 'webpack-internal:///(rsc)/x.js' },
    ],
    ['    at fn (C:\\app\\x.js:1:2)', { function: 'fn', filename: 'C:\\app\\x.js', lineno: 1 }],
    ['    at node:internal/main/run:28:49', { filename: 'node:internal/main/run', in_app: false }],
    ['    at f (/a/node_modules/b/c.js:1:2)', { in_app: false }],
    [
      '    at eval (eval at foo (/a.js:3:9), <anonymous>:1:7)',
      { function: 'eval', filename: '/a.js', lineno: 3, colno: 9 },
    ],
    [
      '    at sum (wasm://wasm/add-5f3c:wasm-function[4]:0x2a)',
      { function: 'sum', filename: 'wasm://wasm/add-5f3c', in_app: false },
    ],
    [
      '    at wasm://wasm/5f3c:wasm-function[4]:0x2a',
      { function: 'wasm-function[4]', filename: 'wasm://wasm/5f3c' },
    ],
    ['    at Array.forEach (native)', { function: 'Array.forEach', filename: 'native' }],
    ['    at async C:\\app\\x.js:1:2', { filename: 'C:\\app\\x.js', lineno: 1, in_app: true }],
    ['    at fn (\\\\host\\x.js:1:2)', { filename: '\\\\host\\x.js', lineno: 1, in_app: true }],
    ['    at evalmachine.<anonymous>:1:7', { filename: 'evalmachine.<anonymous>', in_app: false }],
    ['        at deep (/a/b.js:1:2)', { function: 'deep', filename: '/a/b.js', lineno: 1 }],
    ['    at fn (webpack-internal:///(rsc)/./app/page.tsx:1:2)', { in_app: true }],
    ['    at fn (webpack-internal:///(rsc)/./node_modules/a/b.js:1:2)', { in_app: false }],
    ['    at fn (webpack://shop/webpack/bootstrap:1:2)', { in_app: false }],
    ['    at fn (/app/.next/server/app/page.js:1:2)', { in_app: true }],
    ['    at fn (/app/.next/server/webpack-runtime.js:1:2)', { in_app: false }],
    ['    at fn (/app/.next/server/chunks/ssr/node_modules_a_b._.js:1:2)', { in_app: false }],
  ])('%s', (line, frame) => {
    expect(one(line)).toMatchObject(frame)
  })
})

test('frames come oldest first, and paths below the working folder are relative to it', () => {
  const { stack, message } = new Error('here')
  const frames = parseStack(stack, message)
  expect(frames.at(-1)).toMatchObject({
    filename: expect.stringMatching(/^(packages\/node\/)?src\/stack\.test\.ts$/),
    abs_path: expect.stringMatching(/^\/.*stack\.test\.ts$/),
    in_app: true,
  })
})

test('a message cannot imitate frames', () => {
  const message = 'no\n    at fake (/etc/passwd:1:1)\n    at more (/etc/shadow:1:1)'
  const frames = parseStack(`TypeError [E_X]: ${message}\n    at real (/a.js:1:2)`, message)
  expect(frames.map((frame) => frame.function)).toEqual(['real'])
})

test('a module that cannot be loaded is the newest frame', () => {
  const stack = `/app/sale.cjs:4\n}\n^\n\nSyntaxError: Unexpected token '}'\n    at wrapSafe (node:internal/x:1:2)`
  const frames = parseStack(stack, `Unexpected token '}'`)
  expect(frames).toMatchObject([
    { function: 'wrapSafe' },
    { filename: '/app/sale.cjs', lineno: 4, in_app: true },
  ])
})

test('what is no stack gives no frames', () => {
  for (const stack of [undefined, 12, {}, '', 'Error: only', 'fn@http://x/y.js:1:2']) {
    expect(parseStack(stack, 'only')).toEqual([])
  }
})

test('of a deep stack the newest 250 frames stay', () => {
  const lines = Array.from({ length: 400 }, (_, n) => `    at f${n} (/a.js:${n + 1}:1)`)
  const frames = parseStack(`Error: x\n${lines.join('\n')}`, 'x')
  expect(frames).toHaveLength(250)
  expect(frames.at(-1)?.function).toBe('f0')
})

describe('hostile text of 100 KB is read in a moment', () => {
  const KB_100 = 100 * 1024
  test.each([
    ['quotes in the message', `Error: ${'"'.repeat(KB_100)}`, '"'.repeat(KB_100)],
    ['frames in a message that was changed', `Error: ${'\n    at a:a:a'.repeat(8000)}`, 'other'],
    ['one endless line', `Error: x\n    at ${'a:'.repeat(KB_100 / 2)}1:1`, 'x'],
    ['parentheses', `Error: x\n    at ${' ('.repeat(490)}:1:1\n`.repeat(100), 'x'],
    ['parentheses, closed', `Error: x\n    at ${' ('.repeat(480)}:1:1)\n`.repeat(100), 'x'],
    ['nested eval', `Error: x\n${`    at ${'(eval at f '.repeat(80)}(a:1:1)\n`.repeat(100)}`, 'x'],
    ['colons', `Error: x\n${`    at f (${':1'.repeat(480)})\n`.repeat(100)}`, 'x'],
    ['digits', `Error: x\n${`    at f (${':99999999'.repeat(100)})\n`.repeat(100)}`, 'x'],
    ['spaces', `Error: x\n${' '.repeat(900)}at f\n`.repeat(100), 'x'],
    [
      'a message that nearly is at every place',
      `${': aa'.repeat(KB_100 / 4)}`,
      `${': aa'.repeat(KB_100 / 5)}b`,
    ],
    ['commas in eval', `Error: x\n${`    at (eval ${','.repeat(900)}:1:1)\n`.repeat(100)}`, 'x'],
  ])('%s', (_, stack, message) => {
    parseStack(stack, message)
    const startedAt = performance.now()
    parseStack(stack, message)
    // Quadratic time would be seconds; a busy machine takes a few milliseconds.
    expect(performance.now() - startedAt).toBeLessThan(250)
  })
})

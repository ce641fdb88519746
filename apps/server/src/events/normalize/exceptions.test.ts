import { describe, expect, test } from '@jest/globals'
import { normalize } from '../../../test/normalize.ts'

const exception = { type: 'TypeError', value: 'x' }

describe('exceptions', () => {
  const one = (raw: unknown) => normalize({ exception: raw }).exception?.values[0]

  test.each<[unknown, unknown]>([
    [
      { type: 'E', value: 5 },
      { type: 'E', value: '5' },
    ],
    [
      { type: 'E', value: { a: [1] } },
      { type: 'E', value: '{"a":[1]}' },
    ],
    [{ value: 'ValueError: bad input' }, { type: 'ValueError', value: 'bad input' }],
    [{ value: 'note: no type here' }, { value: 'note: no type here' }],
    [
      { type: 'E', thread_id: 260, module: null, mechanism: null },
      { type: 'E', thread_id: '260' },
    ],
    [
      { type: 'E', mechanism: { handled: false } },
      { type: 'E', mechanism: { type: 'generic', handled: false } },
    ],
    [{ type: '', value: '' }, undefined],
  ])('%j are read as %j', (raw, normalized) => {
    expect(one(raw)).toEqual(normalized)
  })

  test('of an old native SDK keep their signal', () => {
    const { mechanism } = one({ type: 'S', mechanism: { posix_signal: { signal: 11 } } }) ?? {}
    expect(mechanism).toEqual({ type: 'generic', meta: { signal: { signal: 11 } } })
  })

  test('beyond fifty lose the middle of the chain', () => {
    const values = Array.from({ length: 60 }, (_, i) => ({ type: `E${i}` }))
    const kept = normalize({ exception: values }).exception?.values.map(({ type }) => type)
    expect(kept).toHaveLength(50)
    expect(kept?.slice(24, 26)).toEqual(['E24', 'E35'])
  })

  test('take the stack trace that stands beside a single one', () => {
    const stacktrace = { frames: [{ function: 'f' }] }
    expect(normalize({ exception: [exception], stacktrace }).exception?.values[0]).toEqual({
      ...exception,
      stacktrace,
    })
    expect(normalize({ message: 'm', stacktrace }).threads).toEqual({
      values: [{ current: true, stacktrace }],
    })
  })
})

describe('frames', () => {
  const frame = (raw: unknown) =>
    normalize({ exception: { type: 'E', stacktrace: { frames: [raw] } } }).exception?.values[0]
      ?.stacktrace?.frames[0]

  test.each<[unknown, unknown]>([
    [{ function: '?', lineno: 0 }, {}],
    [{ filename: '/app/a.js' }, { filename: '/app/a.js', abs_path: '/app/a.js' }],
    [{ abs_path: '/app/a.go' }, { filename: '/app/a.go', abs_path: '/app/a.go' }],
    [
      { filename: 'https://a.example/js/a.js?v=1' },
      { filename: '/js/a.js', abs_path: 'https://a.example/js/a.js?v=1' },
    ],
    [
      { filename: 'src/a.ts', abs_path: '/app/src/a.ts', lineno: 3, colno: 7, in_app: true },
      { filename: 'src/a.ts', abs_path: '/app/src/a.ts', lineno: 3, colno: 7, in_app: true },
    ],
    [
      { context_line: 'raise\n', pre_context: ['a\n', null], post_context: [] },
      { context_line: 'raise', pre_context: ['a', ''] },
    ],
    [{ vars: ['a', 1] }, { vars: { 0: 'a', 1: 1 } }],
    [{ lineno: '3', in_app: 'yes', vars: 'no' }, {}],
  ])('%j are read as %j', (raw, normalized) => {
    expect(frame(raw)).toEqual(normalized)
  })

  test('beyond 250 the oldest are dropped, and between the ends context is', () => {
    const frames = Array.from({ length: 300 }, (_, i) => ({ function: `f${i}`, context_line: 'x' }))
    const event = normalize({ exception: { type: 'E', stacktrace: { frames } } })
    const kept = event.exception?.values[0]?.stacktrace?.frames ?? []
    expect(kept).toHaveLength(250)
    expect(kept.at(-1)?.function).toBe('f299')
    expect(kept.map((one) => one.context_line !== undefined).filter(Boolean)).toHaveLength(50)
    expect(kept[24]?.context_line).toBe('x')
    expect(kept[25]?.context_line).toBeUndefined()
    expect(event.errors?.[0]?.name).toBe('exception.values.0.stacktrace.frames')
  })
})

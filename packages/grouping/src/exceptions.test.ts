import { describe, expect, test } from '@jest/globals'
import type { EventPayload, Exception, Mechanism } from '@mayday/protocol/event'
import { chainOf, exceptionsOf, MAX_EXCEPTIONS } from './exceptions.ts'

function member(type: string, id: number, parent?: number, group = false): Exception {
  const mechanism: Mechanism = { type: 'chained', exception_id: id }
  if (parent !== undefined) mechanism.parent_id = parent
  if (group) mechanism.is_exception_group = true
  return { type, mechanism }
}

const plain = (...types: string[]): Exception[] => types.map((type) => ({ type }))

/** Types in lower case are of dependencies; those with a dot have no frames. */
function chosen(values: Exception[]): { counted: string[]; main: string | undefined } {
  const typeOf = (exception: Exception) => exception.type ?? ''
  const thrownIn = (exception: Exception) =>
    typeOf(exception).includes('.')
      ? undefined
      : /^[A-Z]/.test(typeOf(exception))
        ? 'app'
        : 'others'
  const { counted, main } = chainOf(values, typeOf, thrownIn)
  return { counted: counted.map(typeOf), main: main?.type }
}

describe('a chain', () => {
  test.each<[string, Exception[], string[], string | undefined]>([
    ['counts whole', plain('Cause', 'Middle', 'Outer'), ['Cause', 'Middle', 'Outer'], 'Outer'],
    ['of none has no main exception', [], [], undefined],
    [
      'counts a cause that passed through none of our code',
      plain('pg', 'Outer'),
      ['pg', 'Outer'],
      'Outer',
    ],
    ['leaves out what a framework wrapped around it', plain('Cause', 'http'), ['Cause'], 'Cause'],
    [
      'counts an outer one without frames',
      plain('Cause', 'Shop.Error'),
      ['Cause', 'Shop.Error'],
      'Shop.Error',
    ],
    ['of dependencies alone counts whole', plain('socket', 'pg'), ['socket', 'pg'], 'pg'],
    ['leaves out known wrappers', plain('Cause', 'ExecutionException'), ['Cause'], 'Cause'],
    [
      'keeps a wrapper without a cause',
      plain('ExecutionException'),
      ['ExecutionException'],
      'ExecutionException',
    ],
    [
      'counts a repeated exception once',
      plain('Cause', 'Retry', 'Retry', 'Retry'),
      ['Cause', 'Retry'],
      'Retry',
    ],
  ])('%s', (_name, values, counted, main) => {
    expect(chosen(values)).toEqual({ counted, main })
  })

  test('of more than 50 keeps the outermost', () => {
    const values = Array.from({ length: 80 }, (_, i) => ({ type: `E${i}` }))
    const kept = exceptionsOf({ exception: { values } } as EventPayload)
    expect(kept).toHaveLength(MAX_EXCEPTIONS)
    expect(kept.at(-1)).toEqual({ type: 'E79' })
  })
})

describe('an exception group', () => {
  test.each<[string, Exception[], string[], string | undefined]>([
    [
      'of one kind counts as that exception alone',
      [member('A', 2, 0), member('A', 1, 0), member('Group', 0, undefined, true)],
      ['A'],
      'A',
    ],
    [
      'of one kind counts the causes of its first member',
      [member('Cause', 2, 1), member('A', 1, 0), member('Group', 0, undefined, true)],
      ['Cause', 'A'],
      'A',
    ],
    [
      'of several kinds counts each once and the group',
      [
        member('B', 3, 0),
        member('A', 2, 0),
        member('B', 1, 0),
        member('Group', 0, undefined, true),
      ],
      ['A', 'B', 'Group'],
      'Group',
    ],
    [
      'within a group passes its members up',
      [member('A', 2, 1), member('Inner', 1, 0, true), member('Group', 0, undefined, true)],
      ['A'],
      'A',
    ],
    ['without members counts itself', [member('Group', 0, undefined, true)], ['Group'], 'Group'],
    [
      'below an ordinary error counts with it',
      [member('A', 2, 1), member('Group', 1, 0, true), member('Outer', 0)],
      ['A', 'Group', 'Outer'],
      'Outer',
    ],
  ])('%s', (_name, values, counted, main) => {
    expect(chosen(values)).toEqual({ counted, main })
  })

  test.each<[string, Exception[]]>([
    [
      'two exceptions have one id',
      [member('A', 1, 0), member('B', 1, 0), member('G', 0, undefined, true)],
    ],
    ['a parent is missing', [member('A', 5, 3), member('G', 0, undefined, true)]],
    ['an exception is its own parent', [member('A', 1, 1), member('G', 0, undefined, true)]],
    [
      'parents form a ring',
      [member('A', 1, 2), member('B', 2, 1), member('G', 0, undefined, true)],
    ],
    ['an id is missing', [{ type: 'A' }, member('G', 0, undefined, true)]],
    ['the root is missing', [member('A', 2, 1), member('G', 1, 0, true)]],
  ])('is a plain chain when %s', (_name, values) => {
    expect(chosen(values).counted).toEqual(values.map(({ type }) => type))
  })
})

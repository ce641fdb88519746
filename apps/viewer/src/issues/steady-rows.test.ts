import { expect, test } from '@jest/globals'
import type { Issue } from '@mayday/protocol/api/issues'
import { steadyRows } from './steady-rows.ts'

const issue = (id: string, count = '1') => ({ id, count }) as Issue
const told = (rows: Issue[]) => rows.map(({ id, count }) => `${id}=${count}`).join(' ')

test('fresh numbers appear in the order that is on the screen', () => {
  const result = steadyRows(
    ['a', 'b'],
    [issue('a'), issue('b')],
    [issue('b', '7'), issue('a', '2')],
  )
  expect(told(result.rows)).toBe('a=2 b=7')
  expect(result).toMatchObject({ moved: true, unseen: 0 })
})

test('an issue that is new to the list is counted, not pushed in', () => {
  const result = steadyRows(['a'], [issue('a')], [issue('n'), issue('a', '3')])
  expect(told(result.rows)).toBe('a=3')
  expect(result).toMatchObject({ moved: true, unseen: 1 })
})

test('a row that left the list stays as it was until the new order is taken', () => {
  const result = steadyRows(['a', 'b'], [issue('a'), issue('b')], [issue('a', '2')])
  expect(told(result.rows)).toBe('a=2 b=1')
  expect(result).toMatchObject({ moved: true, unseen: 0 })
})

test('the same list in the same order has not moved', () => {
  expect(steadyRows(['a', 'b'], [], [issue('a'), issue('b')])).toMatchObject({ moved: false })
})

import { expect, test } from '@jest/globals'
import { commandWithoutValues, withoutValues } from './statement.ts'

test.each([
  ["select * from users where email = 'ada@example.org'", 'select * from users where email = ?'],
  ["select 'it''s', 'x' from t1", 'select ?, … from t1'],
  [
    'select * from orders where id in (1, 2, 3) limit 10',
    'select * from orders where id in (?, …) limit ?',
  ],
  [
    'insert into t (a, b) values (0xCAFE, 1.5e3)\n  -- hunter2',
    'insert into t (a, b) values (?, …) ?',
  ],
  ["select 1 /* token=abc */ from t where b = 'never closed", 'select ? ? from t where b = ?'],
  ['select * from `order_2` where a = ?', 'select * from `order_2` where a = ?'],
])('values are taken out of %s', (statement, expected) => {
  expect(withoutValues(statement, 'mysql')).toBe(expected)
  expect(withoutValues(statement, 'standard')).toBe(expected)
})

test('a backslash is an escape in MySQL alone, so that no text is taken for the end of another', () => {
  expect(withoutValues(String.raw`select 'it\'s', "a \" b" from t where secret`, 'mysql')).toBe(
    'select ?, … from t where secret',
  )
  expect(withoutValues(String.raw`select 'C:\', 'secret' from t`, 'standard')).toBe(
    'select ?, … from t',
  )
})

test('a statement of any length gives a short text', () => {
  expect(withoutValues(`select ${'a, '.repeat(100_000)}`, 'mysql').length).toBeLessThanOrEqual(1000)
  expect(withoutValues(`'${'\\'.repeat(100_001)}`, 'mysql')).toBe('?')
})

test.each([
  ['get', 'session:8f2c', 'GET session:?'],
  ['SET', 'ada@example.org', 'SET ?'],
  ['AUTH', undefined, 'AUTH'],
  ['get', 'a1b2:x', 'GET ?'],
])('a command of Redis tells the kind of its key: %s %s', (command, key, expected) => {
  expect(commandWithoutValues(command, key)).toBe(expected)
})

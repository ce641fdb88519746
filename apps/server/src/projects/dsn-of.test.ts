import { expect, test } from '@jest/globals'
import { dsnOf } from './dsn-of.ts'

test.each([
  ['http://localhost:9500', 'http://abc@localhost:9500/7'],
  ['https://mayday.example/', 'https://abc@mayday.example/7'],
  ['https://example.org/errors', 'https://abc@example.org/errors/7'],
])('the DSN of a server at %s is %s', (url, dsn) => {
  expect(dsnOf(url, 'abc', 7)).toBe(dsn)
})

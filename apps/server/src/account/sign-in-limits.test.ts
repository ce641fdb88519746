import { expect, test } from '@jest/globals'
import { AppError } from '../errors.ts'
import { SignInLimits } from './sign-in-limits.ts'

function failing(times: number) {
  let nowMs = 1_000_000
  const limits = new SignInLimits(() => nowMs)
  for (let i = 0; i < times; i++) limits.failed('a@shop.example', '10.0.0.1')
  const wait = (email = 'a@shop.example', address = '10.0.0.1') => {
    try {
      limits.check(email, address)
      return 0
    } catch (error) {
      return error instanceof AppError ? error.retryAfterSeconds : error
    }
  }
  return { limits, wait, pass: (ms: number) => (nowMs += ms) }
}

test.each([
  [0, 0],
  [4, 0],
  [5, 1],
  [6, 2],
  [9, 16],
  [30, 900],
])('after %d failures the next try waits %d s', (failures, seconds) => {
  expect(failing(failures).wait()).toBe(seconds)
})

test('the wait ends by itself', () => {
  const { wait, pass } = failing(6)
  pass(2_000)
  expect(wait()).toBe(0)
})

test('the owner can come in from elsewhere while somebody guesses', () => {
  const { wait } = failing(20)
  expect(wait('a@shop.example', '10.0.0.2')).toBe(0)
})

test('the name is held up in any spelling', () => {
  expect(failing(6).wait('A@Shop.example')).toBe(2)
})

test('success clears the pair', () => {
  const { limits, wait } = failing(8)
  limits.succeeded('a@shop.example', '10.0.0.1')
  expect(wait()).toBe(0)
})

test('one address cannot try a hundred names in an hour', () => {
  const limits = new SignInLimits()
  for (let i = 0; i < 100; i++) limits.failed(`person${i}@shop.example`, '10.0.0.1')
  expect(() => limits.check('another@shop.example', '10.0.0.1')).toThrow(AppError)
  expect(() => limits.check('another@shop.example', '10.0.0.2')).not.toThrow()
})

test('blanks around a name do not make it another one', () => {
  expect(failing(6).wait(' A@shop.example ')).toBe(2)
})

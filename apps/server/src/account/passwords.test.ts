import { expect, jest, test } from '@jest/globals'
import { hashPassword, isPasswordRight } from './passwords.ts'

// Passwords are slow to hash on purpose, and slower on a busy machine.
jest.setTimeout(60_000)

test('the right password is right and any other is wrong', async () => {
  const stored = await hashPassword('correct horse battery')
  expect(await isPasswordRight('correct horse battery', stored)).toBe(true)
  expect(await isPasswordRight('correct horse batterz', stored)).toBe(false)
  expect(await isPasswordRight('', stored)).toBe(false)
})

test('without a stored hash every password is wrong, the one of the dummy too', async () => {
  expect(await isPasswordRight('', null)).toBe(false)
  expect(await isPasswordRight('anything', null)).toBe(false)
})

test('the hash tells its parameters and never the same salt twice', async () => {
  const [one, two] = await Promise.all([hashPassword('same'), hashPassword('same')])
  expect(one).toMatch(/^scrypt\$32768\$8\$3\$/)
  expect(one).not.toBe(two)
})

test('one password typed in two Unicode forms is the same', async () => {
  expect(await isPasswordRight('cafe\u0301 olé olé', await hashPassword('caf\u00e9 olé olé'))).toBe(
    true,
  )
})

test('when too many wait, one more is told to come back rather than failing', async () => {
  const tries = await Promise.allSettled(
    Array.from({ length: 36 }, () => isPasswordRight('guess', null)),
  )
  const refused = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  expect(refused).toHaveLength(2)
  expect(refused[0]).toMatchObject({ status: 503, retryAfterSeconds: 5 })
})

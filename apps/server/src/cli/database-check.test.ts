import { describe, expect, test } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { loadConfig } from '../config.ts'
import { checkVersion, describeDatabaseError, isDatabaseAway } from './database-check.ts'

const failure = (code: string | undefined, message = 'it failed') =>
  Object.assign(new Error(message), code === undefined ? {} : { code })

describe('isDatabaseAway', () => {
  test.each([
    ['nobody listens', failure('ECONNREFUSED')],
    ['its name is not known yet', failure('ENOTFOUND')],
    ['its socket is not there', failure('ENOENT')],
    ['it starts up', failure('57P03')],
    ['it shuts down', failure('57P01')],
    ['it is full', failure('53300')],
    ['the connection broke', failure('08006')],
    ['it does not answer', failure(undefined, 'timeout expired')],
    ['it hung up', failure(undefined, 'Connection terminated unexpectedly')],
    ['no address of several answers', new AggregateError([failure('ECONNREFUSED')])],
  ])('%s: waiting may help', (_, error) => {
    expect(isDatabaseAway(error)).toBe(true)
  })

  test.each([
    ['the password is wrong', failure('28P01')],
    ['there is no such database', failure('3D000')],
    ['the user may not create tables', failure('42501')],
    ['a migration is wrong', failure('42601')],
    ['anything else', new TypeError('x is not a function')],
  ])('%s: waiting would not help', (_, error) => {
    expect(isDatabaseAway(error)).toBe(false)
  })
})

test('an error is described in one line, with the setting that it comes from', () => {
  const own = loadConfig({ DATABASE_URL: 'postgres://mayday:hunter22@host/mayday' })
  const error = failure('28P01', 'password authentication failed\nfor user "mayday"')
  expect(describeDatabaseError(error, own)).toBe(
    'the database (DATABASE_URL) cannot be used: password authentication failed for user "mayday"',
  )
  expect(describeDatabaseError(failure('57P03'), loadConfig({}))).toBe(
    'the embedded database cannot be used: it failed',
  )
})

describe('checkVersion', () => {
  /** No PostgreSQL that old is at hand to be asked. */
  const database = (number: string, version: string) =>
    ({ query: async () => [{ number, version }] }) as unknown as DataSource

  test('PostgreSQL 14 is refused with its version and the one needed', async () => {
    await expect(checkVersion(database('140012', '14.12'))).rejects.toThrow(
      'the database runs PostgreSQL 14.12; Mayday needs 15 or newer',
    )
  })

  test('PostgreSQL 15 is taken', async () => {
    expect(await checkVersion(database('150000', '15.0'))).toBe('15.0')
  })
})

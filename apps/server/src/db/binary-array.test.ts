import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import {
  bigintArray,
  boolArray,
  byteaArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestamptzArray,
  uuidArray,
} from './binary-array.ts'
import { sqlOne } from './sql.ts'

let postgres: TestDatabase
beforeAll(async () => {
  postgres = await createTestDatabase()
})
afterAll(() => postgres.drop())

async function asText(type: string, array: Buffer): Promise<unknown> {
  const row = await sqlOne<{ values: unknown }>(
    postgres.database,
    `select coalesce(jsonb_agg(value::text order by at), '[]') as values
     from unnest($1::${type}[]) with ordinality as u(value, at)`,
    [array],
  )
  return row?.values
}

test.each<[string, Buffer, unknown]>([
  ['bool', boolArray([true, false]), ['true', 'false']],
  ['int2', int2Array([-32768, 32767]), ['-32768', '32767']],
  ['int4', int4Array([-(2 ** 31), 2 ** 31 - 1, 0]), ['-2147483648', '2147483647', '0']],
  [
    'int8',
    int8Array([-1, 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]),
    ['-1', '4294967296', '9007199254740991', '-9007199254740991'],
  ],
  [
    'int8',
    bigintArray([-(2n ** 63n), 2n ** 63n - 1n]),
    ['-9223372036854775808', '9223372036854775807'],
  ],
  ['text', textArray(['', 'ü€😀', null, 'a,b"{}\\']), ['', 'ü€😀', null, 'a,b"{}\\']],
  ['bytea', byteaArray([Buffer.from([0, 255]), Buffer.alloc(0)]), ['\\x00ff', '\\x']],
  [
    'uuid',
    uuidArray(['0123456789abcdef0123456789abcdef']),
    ['01234567-89ab-cdef-0123-456789abcdef'],
  ],
])('%s values arrive as they are', async (type, array, values) => {
  expect(await asText(type, array)).toEqual(values)
})

test('times arrive to the millisecond, also before 2000', async () => {
  const times = [0, Date.UTC(2026, 10, 23, 12, 0, 0, 123), Date.UTC(1999, 11, 31)]
  const row = await sqlOne<{ times: number[] }>(
    postgres.database,
    `select array_agg((extract(epoch from value) * 1000)::float8 order by at) as times
     from unnest($1::timestamptz[]) with ordinality as u(value, at)`,
    [timestamptzArray(times)],
  )
  expect(row?.times).toEqual(times)
})

test.each<[string, Buffer]>([
  ['int4', int4Array([])],
  ['text', textArray([])],
  ['bytea', byteaArray([])],
])('an empty array of %s is an array', async (type, array) => {
  expect(await asText(type, array)).toEqual([])
})

test('a value that does not fit is refused here, not turned into another one', () => {
  expect(() => int8Array([2 ** 53])).toThrow('not a safe integer')
  expect(() => uuidArray(['0123'])).toThrow('not 32 hex digits')
  expect(() => timestamptzArray([Number.NaN])).toThrow('not a safe integer')
})

import { expect, test } from '@jest/globals'
import { formatShortId, parseShortId } from './short-id.ts'

test.each([
  ['shop-api', 1, 'SHOP-API-1'],
  ['shop-api', 31, 'SHOP-API-Z'],
  ['shop-api', 32, 'SHOP-API-10'],
  ['shop-api', 129, 'SHOP-API-41'],
  ['web2', 2_147_483_647, 'WEB2-1ZZZZZZ'],
])('%s number %d is %s, and back', (projectSlug, number, shortId) => {
  expect(formatShortId(projectSlug, number)).toBe(shortId)
  expect(parseShortId(shortId)).toEqual({ projectSlug, number })
  expect(parseShortId(shortId.toLowerCase())).toEqual({ projectSlug, number })
})

test('letters that look like digits stand for them', () => {
  expect(parseShortId('SHOP-IO')).toEqual({ projectSlug: 'shop', number: 32 })
})

test.each(['', 'SHOP', 'SHOP-', '-1', 'SHOP-0', 'SHOP-U', 'SHOP-ZZZZZZZ', 'SHOP 1', 'a/b-1'])(
  '%j is no short id',
  (text) => {
    expect(parseShortId(text)).toBeUndefined()
  },
)

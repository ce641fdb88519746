import { expect, test } from '@jest/globals'
import { findTarget } from './find-target.ts'

const PROJECTS = [
  { organization: 'acme', slug: 'shop-api' },
  { organization: 'umbrella', slug: 'web' },
]
const ID = '9f1c22d04be74c1e8d1f2a3b4c5d6e7f'

test.each([
  ['the whole id', ID, ID],
  ['upper case', ID.toUpperCase(), ID],
  ['a UUID', '9f1c22d0-4be7-4c1e-8d1f-2a3b4c5d6e7f', ID],
  ['a pasted body', `{"title":"Internal Server Error","errorId":"${ID}"}`, ID],
  ['a pasted header', `X-Error-Id: ${ID}`, ID],
  ['its beginning as shown', '9f1c 22d0 4be7', '9f1c22d04be7'],
  ['eight digits', '9f1c22d0', '9f1c22d0'],
])('%s leads to the error', (_what, text, errorId) => {
  expect(findTarget(text, PROJECTS)).toEqual({ kind: 'error', errorId })
})

test('a short id of a known project leads to its issue, in any case', () => {
  expect(findTarget('shop-api-4z', PROJECTS)).toEqual({
    kind: 'issue',
    organization: 'acme',
    shortId: 'SHOP-API-4Z',
  })
  expect(findTarget('WEB-1', PROJECTS)).toMatchObject({ organization: 'umbrella' })
})

test.each(['connection lost', 'shop-api-I', 'mobile-12', 'deadbee', 'level:error', `${ID}0`])(
  '%s is searched for',
  (query) => {
    expect(findTarget(query, PROJECTS)).toEqual({ kind: 'search', query })
  },
)

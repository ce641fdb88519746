import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { Exchange } from './exchange.ts'
import { transactionOf } from './request-data.ts'

test.each([
  ['/orders/41', { path: '/orders/:id' }, undefined, 'GET /orders/:id'],
  ['/api/orders/41?x=1', { path: '/orders/:id' }, '/api', 'GET /api/orders/:id'],
  ['/api/orders/41', { path: '/orders/:id' }, '', 'GET /api/orders/:id'],
  ['/shops/7/orders/41', { path: '/orders/:id' }, '', 'GET /shops/:id/orders/:id'],
  ['/api', { path: '/' }, '/api', 'GET /api'],
  ['/', { path: '/' }, '', 'GET /'],
  ['/files/a/b', { path: '/files/*path' }, '', 'GET /files/*path'],
  ['/users/9b2f1c3e-0000-4000-8000-1234567890ab/x', undefined, undefined, 'GET /users/:id/x'],
  ['/commits/0123456789abcdef', undefined, undefined, 'GET /commits/:id'],
  ['/feedback/new', undefined, undefined, 'GET /feedback/new'],
  ['/reset/token=f00ba4/now', undefined, undefined, 'GET /reset/token=[Filtered]'],
  ['/people/ann@example.org', undefined, undefined, 'GET /people/[Filtered]'],
  ['/regexp/1', { path: /regexp/ }, '', 'GET /regexp/:id'],
])('%s under %p is named %4$s', (originalUrl, route, baseUrl, expected) => {
  const request = { method: 'GET', url: originalUrl, originalUrl, route, baseUrl }
  expect(transactionOf(exchangeOf(request))).toBe(expected)
})

test('a pattern that a framework has told goes before the path', () => {
  const exchange = exchangeOf({ method: 'PUT', url: '/v1/shops/ab/orders/cd' })
  exchange.route = '/v1/shops/:shop/orders/:order'
  expect(transactionOf(exchange)).toBe('PUT /v1/shops/:shop/orders/:order')
})

function exchangeOf(request: object): Exchange {
  return new Exchange(request as IncomingMessage, {} as ServerResponse)
}

import { describe, expect, test } from '@jest/globals'
import { displayFunction, functionKey } from './function-name.ts'

describe('functionKey', () => {
  test.each([
    ['node', 'loadOrder', 'loadOrder'],
    ['node', 'async loadOrder', 'loadOrder'],
    ['node', 'Object.loadOrder', 'loadOrder'],
    ['node', 'async OrderService.load', 'load'],
    ['node', 'SpecialOrderService.load', 'load'],
    ['node', 'new OrderService', 'OrderService'],
    ['node', 'Server.onRequest [as emit]', 'onRequest'],
    ['node', 'load$1', 'load'],
    ['node', 'OrderService.#total', 'total'],
    ['node', 'async Promise.all (index 0)', 'all'],
    ['javascript', 'checkout/<', 'checkout'],
    ['javascript', 'get total', 'total'],
    ['java', 'lambda$loadOrder$0', 'loadOrder'],
    ['java', 'loadOrder', 'loadOrder'],
    ['java', 'access$100', 'access$'],
    ['ruby', 'block (2 levels) in load_order', 'load_order'],
    ['ruby', 'rescue in block in Order#load', 'load'],
    ['ruby', 'Order.find', 'find'],
    ['php', '{closure:/srv/shop/a.php:12}', '{closure}'],
    ['php', 'App\\Orders::load', 'App\\Orders::load'],
    ['go', '(*Server).load.func1.2', '(*Server).load.func'],
    ['go', 'Map[int,string]', 'Map'],
    ['csharp', 'OrderService.<LoadAsync>d__12.MoveNext', 'OrderService.LoadAsync'],
    ['python', 'load_order', 'load_order'],
    ['python', '<module>', '<module>'],
  ])('%s: %s counts as %s', (platform, raw, key) => {
    expect(functionKey(raw, platform)).toBe(key)
  })

  test.each([
    '',
    '?',
    '<anonymous>',
    'Object.<anonymous>',
    'Object.?',
    'async <anonymous>',
    'eval',
    'anonymous',
  ])('node: %j is no name', (raw) => {
    expect(functionKey(raw, 'node')).toBe('')
    expect(displayFunction(raw, 'node')).toBe('')
  })
})

describe('displayFunction', () => {
  test.each([
    ['node', 'async OrderService.load', 'OrderService.load'],
    ['node', 'Object.loadOrder', 'loadOrder'],
    ['node', 'exports.loadOrder', 'loadOrder'],
    ['python', 'load_order', 'load_order'],
    ['java', 'lambda$loadOrder$0', 'loadOrder'],
  ])('%s: %s is shown as %s', (platform, raw, shown) => {
    expect(displayFunction(raw, platform)).toBe(shown)
  })
})

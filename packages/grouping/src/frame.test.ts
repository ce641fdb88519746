import { describe, expect, test } from '@jest/globals'
import type { Frame } from '@mayday/protocol/event'
import { describeFrame, frameKey } from './frame.ts'

const frame: Frame = {
  filename: '/srv/shop/src/orders/service.js',
  module: 'orders:service',
  function: 'Object.totalOf',
  context_line: '  return order.lines.reduce((sum, line) => sum + line.price, 0)',
  lineno: 22,
  colno: 22,
}

describe('frameKey', () => {
  test('is file, function and source line, without what changes between deploys', () => {
    expect(frameKey(frame, 'node')).toEqual({
      place: 'file',
      at: 'orders/service',
      function: 'totalOf',
      contextLine: 'return order.lines.reduce((sum, line) => sum + line.price, 0)',
    })
  })

  test.each<[string, Frame]>([
    ['another line and column', { lineno: 1, colno: 1 }],
    ['another folder', { filename: '/home/ada/code/shop/src/orders/service.js' }],
    ['another build folder and language', { filename: '/app/dist/orders/service.ts' }],
    ['another start script', { module: 'src.orders:service' }],
    [
      'another indentation',
      { context_line: '\treturn order.lines.reduce((sum, line) => sum  + line.price, 0)\n' },
    ],
    ['another receiver', { function: 'async OrderService.totalOf' }],
    ['variables', { vars: { order: '17' } }],
  ])('stays the same with %s', (_name, change) => {
    expect(frameKey({ ...frame, ...change }, 'node')).toEqual(frameKey(frame, 'node'))
  })

  test.each<[string, Frame]>([
    ['another file', { filename: '/srv/shop/src/users/service.js' }],
    ['another function', { function: 'taxOf' }],
    ['another source line', { context_line: 'return order.lines.length' }],
  ])('differs with %s', (_name, change) => {
    expect(frameKey({ ...frame, ...change }, 'node')).not.toEqual(frameKey(frame, 'node'))
  })

  test.each<[string, string]>([
    ['longer than 120 characters', 'x'.repeat(121)],
    ['cut by the SDK', 'const a = {snip} order.lines.reduce('],
    ['blank', '   '],
  ])('leaves out a source line that is %s', (_name, context_line) => {
    expect(frameKey({ ...frame, context_line }, 'node').contextLine).toBe('')
  })

  test('leaves out the one- and two-letter names of a minifier', () => {
    const minified = { ...frame, function: 't', context_line: 'x'.repeat(121) }
    expect(frameKey(minified, 'javascript').function).toBe('')
    expect(frameKey({ ...frame, function: 't' }, 'javascript').function).toBe('t')
  })

  test.each<[string, Frame, string]>([
    ['python', { module: 'shop.orders', filename: 'shop/orders.py' }, 'shop.orders'],
    ['python', { module: '__main__', filename: 'main.py' }, 'main.py'],
    ['java', { module: 'com.acme.Order$1', filename: 'Order.java' }, 'com.acme.Order$'],
    ['java', { module: 'com.acme.Order$$Lambda$14/0x0000000800c8a' }, 'com.acme.Order'],
    ['java', { module: 'com.acme.Order$$EnhancerBySpringCGLIB$$1a2b3c' }, 'com.acme.Order'],
    ['java', { module: 'jdk.internal.reflect.GeneratedMethodAccessor17' }, 'jdk.internal.reflect.'],
    [
      'go',
      { module: 'shop.example/shop/orders', abs_path: '/srv/shop/orders.go' },
      'shop.example/shop/orders',
    ],
    ['ruby', { filename: 'app/models/order.rb' }, 'app/models/order.rb'],
    ['node', { module: 'orders:service' }, 'orders:service'],
    ['node', { filename: '<anonymous>' }, ''],
  ])('%s: the place of %j is %s', (platform, some, at) => {
    expect(frameKey(some, platform).at).toBe(at)
  })
})

describe('describeFrame', () => {
  test.each<[string, Frame, string | null]>([
    ['node', frame, 'src/orders/service.js in totalOf'],
    ['node', { filename: '/app/server.js' }, 'server.js'],
    ['node', { function: 'load' }, 'load'],
    ['node', {}, null],
    [
      'node',
      { filename: '/srv/shop/packages/a/src/orders/x/y.ts', function: 'f' },
      'orders/x/y.ts in f',
    ],
    [
      'python',
      { module: 'shop.orders', filename: 'shop/orders.py', function: 'load' },
      'shop/orders.py in load',
    ],
    [
      'java',
      { module: 'com.acme.Order', filename: 'Order.java', function: 'load' },
      'com.acme.Order in load',
    ],
    ['go', { module: 'main', abs_path: '/srv/shop/main.go', function: 'run' }, 'main in run'],
  ])('%s: %j is %s', (platform, some, described) => {
    expect(describeFrame(some, platform)).toBe(described)
  })
})

import { describe, expect, test } from '@jest/globals'
import { cleanPath, withoutBuildHash } from './path.ts'

describe('cleanPath', () => {
  test.each([
    // path, shown, counted
    ['/srv/shop/src/orders/service.ts', 'src/orders/service.ts', 'orders/service'],
    ['/app/src/orders/service.ts', 'src/orders/service.ts', 'orders/service'],
    ['/usr/src/app/src/orders/service.ts', 'src/orders/service.ts', 'orders/service'],
    ['/home/ada/shop/dist/orders/service.js', 'dist/orders/service.js', 'orders/service'],
    [
      '/var/www/shop/releases/20261123/src/orders/service.js',
      'src/orders/service.js',
      'orders/service',
    ],
    ['/var/task/src/orders/service.js', 'src/orders/service.js', 'orders/service'],
    ['C:\\Users\\ada\\shop\\src\\orders\\service.ts', 'src/orders/service.ts', 'orders/service'],
    ['file:///srv/shop/src/orders/service.ts', 'src/orders/service.ts', 'orders/service'],
    ['webpack://shop/./src/orders/service.ts?1f2e', 'src/orders/service.ts', 'orders/service'],
    ['src/orders/service.ts', 'src/orders/service.ts', 'orders/service'],
    ['./orders/service.ts', 'orders/service.ts', 'orders/service'],
    ['app:///_next/server/app/api/orders/route.js', 'api/orders/route.js', 'api/orders/route'],
    ['/srv/shop/server.js', 'server.js', 'server'],
    ['/mnt/disk/whatever/server.js', 'whatever/server.js', 'server'],
    ['/srv/shop/packages/a/b/c/d.js', 'b/c/d.js', 'd'],
    ['https://shop.example/assets/index-B8GeuKsa.js?v=3#x', 'assets/index.js', 'assets/index'],
    ['https://cdn.shop.example/1.4.2/assets/main.8d7f6e5a.js', 'assets/main.js', 'assets/main'],
    ['https://shop.example/orders/17', 'orders/*', 'orders/*'],
    ['https://shop.example', '', ''],
    ['https://shop.example/', '', ''],
    [
      '/srv/shop/node_modules/express/lib/router/layer.js',
      'lib/router/layer.js',
      'lib/router/layer',
    ],
    ['/srv/shop/node_modules/pg/client.js', 'pg/client.js', 'pg/client'],
    [
      '/srv/shop/node_modules/.pnpm/pg@8.11.0/node_modules/pg/lib/client.js',
      'pg/lib/client.js',
      'pg/lib/client',
    ],
    ['', '', ''],
    ['/', '', ''],
  ])('%s is shown as %s and counts as %s', (path, short, key) => {
    expect(cleanPath(path, true)).toEqual({ short, key })
  })

  test.each([
    ['/usr/lib/ruby/gems/3.2.0/gems/rack-3.0.8/lib/rack.rb', 'rack/lib/rack.rb'],
    ['/usr/lib/python3.11/site-packages/flask/app.py', 'flask/app.py'],
    ['shop/orders/service.py', 'shop/orders/service.py'],
    ['/var/www/shop/src/Order/Service.php', 'Order/Service.php'],
  ])('of other languages, %s keeps its extension: %s', (path, key) => {
    expect(cleanPath(path, false).key).toBe(key)
  })

  test.each([
    ['/srv/releases/1/app.js', '/home/ada/code/app.js'],
    ['/opt/shop-1/lib/db.js', '/opt/shop-2/lib/db.js'],
    ['/tmp/abc/routes/a.js', '/builds/x/routes/a.js'],
    ['/srv/shop/dist/orders/service.js', '/home/ada/shop/src/orders/service.ts'],
    ['/srv/a/index.js', 'D:\\deploy\\b\\index.js'],
  ])('%s and %s are the same file', (one, other) => {
    expect(cleanPath(one, true).key).toBe(cleanPath(other, true).key)
  })

  test.each([
    ['/srv/shop/src/orders/index.ts', '/srv/shop/src/users/index.ts'],
    ['/srv/shop/src/orders/lib/tax.ts', '/srv/shop/src/users/lib/tax.ts'],
    ['/srv/shop/.next/server/app/orders/route.js', '/srv/shop/.next/server/app/users/route.js'],
    ['/srv/shop/node_modules/a/index.js', '/srv/shop/node_modules/b/index.js'],
  ])('%s and %s are two files', (one, other) => {
    expect(cleanPath(one, true).key).not.toBe(cleanPath(other, true).key)
  })
})

describe('withoutBuildHash', () => {
  test.each([
    ['index-B8GeuKsa.js', 'index.js'],
    ['index-DiwrgTda.js', 'index.js'],
    ['index-B8Ge-uKs.js', 'index.js'],
    ['main.8d7f6e5a.js', 'main.js'],
    ['main.8d7f6e5a1b2c3d4e5f60.chunk.js', 'main.chunk.js'],
    ['chunk-7ZKQYQ5A.js', 'chunk.js'],
    ['vendor~main.4f3a9c.js', 'vendor~main.js'],
    ['page-0123456789abcdef.js', 'page.js'],
    ['4096.js', '*.js'],
    ['4096.8d7f6e5a.js', '*.js'],
    ['8d7f6e5a1b2c3d4e.js', '*.js'],
  ])('%s is %s in every build', (file, expected) => {
    expect(withoutBuildHash(file)).toBe(expected)
  })

  test.each([
    'service.js',
    'order-service.js',
    'user-settings.js',
    'jquery.min.js',
    'order.controller.js',
    'http2.js',
    'index-B8GeuKsa.ts',
    'user-Settings.js',
    'service.py',
    'Makefile',
    'my-decade.js',
  ])('%s is a name someone chose', (file) => {
    expect(withoutBuildHash(file)).toBe(file)
  })
})

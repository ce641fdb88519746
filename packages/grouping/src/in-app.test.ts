import { expect, test } from '@jest/globals'
import type { Frame } from '@mayday/protocol/event'
import { ownerOf } from './in-app.ts'

test.each<[string, Frame, string]>([
  ['node', { filename: '/srv/shop/src/a.js' }, 'app'],
  ['node', { filename: '/srv/shop/src/a.js', in_app: true }, 'app'],
  ['node', { filename: '/srv/shop/src/a.js', in_app: false }, 'dependency'],
  ['node', { filename: '/srv/shop/node_modules/pg/lib/client.js' }, 'dependency'],
  ['node', { filename: 'C:\\shop\\node_modules\\pg\\lib\\client.js' }, 'dependency'],
  ['node', { filename: '/srv/shop/node_modules/@acme/shared/a.js', in_app: true }, 'app'],
  ['node', { filename: '/srv/shop/node_modules/@sentry/core/a.js', in_app: false }, 'runtime'],
  ['node', { filename: 'node:internal/process/task_queues', in_app: false }, 'runtime'],
  ['node', { filename: 'internal/modules/cjs/loader.js' }, 'runtime'],
  ['node', { filename: '<anonymous>', module: '<anonymous>', function: 'Array.map' }, 'runtime'],
  ['javascript', { filename: 'https://shop.example/assets/index.js', in_app: true }, 'app'],
  [
    'javascript',
    { filename: 'webpack:///./node_modules/react-dom/a.js', in_app: true },
    'dependency',
  ],
  ['javascript', { filename: 'webpack:///webpack/bootstrap 4f3a9c2b', in_app: true }, 'runtime'],
  ['python', { filename: 'shop/orders.py', module: 'shop.orders' }, 'app'],
  [
    'python',
    { filename: 'flask/app.py', abs_path: '/v/lib/python3.11/site-packages/flask/app.py' },
    'dependency',
  ],
  [
    'python',
    { filename: 'json/decoder.py', abs_path: '/usr/lib/python3.11/json/decoder.py', in_app: false },
    'runtime',
  ],
  ['python', { filename: '<frozen importlib._bootstrap>' }, 'runtime'],
  ['ruby', { filename: 'app/models/order.rb', abs_path: '/srv/shop/app/models/order.rb' }, 'app'],
  ['ruby', { abs_path: '/usr/lib/ruby/gems/3.2.0/gems/rack-3.0.8/lib/rack.rb' }, 'dependency'],
  ['ruby', { abs_path: '/usr/lib/ruby/3.2.0/net/http.rb' }, 'runtime'],
  [
    'php',
    { filename: '/srv/shop/vendor/symfony/http-kernel/Kernel.php', in_app: true },
    'dependency',
  ],
  ['php', { filename: '/srv/shop/src/Order.php', in_app: true }, 'app'],
  ['php', { filename: '[internal]' }, 'runtime'],
  ['java', { module: 'com.acme.shop.OrderService', filename: 'OrderService.java' }, 'app'],
  ['java', { module: 'java.util.concurrent.FutureTask' }, 'runtime'],
  ['java', { module: 'kotlin.coroutines.Continuation' }, 'runtime'],
  ['java', { module: 'org.springframework.web.servlet.FrameworkServlet' }, 'dependency'],
  ['csharp', { module: 'System.Threading.Tasks.Task' }, 'runtime'],
  ['csharp', { module: 'Acme.Shop.OrderService' }, 'app'],
  ['go', { module: 'net/http', in_app: false }, 'runtime'],
  ['go', { module: 'network/client' }, 'app'],
  ['go', { abs_path: '/root/go/pkg/mod/github.com/gin-gonic/gin@v1.9.1/context.go' }, 'dependency'],
  ['go', { module: 'main', in_app: true }, 'app'],
])('%s frame %j is of: %s', (platform, frame, owner) => {
  expect(ownerOf(frame, platform)).toBe(owner)
})

test("a frame's own platform decides before the event's", () => {
  expect(ownerOf({ module: 'java.lang.Thread', platform: 'java' }, 'javascript')).toBe('runtime')
})

import { randomUUID } from 'node:crypto'

/** What an SDK sends: loose on purpose, the server brings it into shape. */
export type SentEvent = { event_id: string; timestamp: number } & Record<string, unknown>

const MINUTE_S = 60

/** Thrown while a cart is added up. */
export function cartError(minutesAgo: number, more: Record<string, unknown> = {}): SentEvent {
  const event = base(minutesAgo)
  return {
    ...event,
    level: 'error',
    transaction: 'POST /checkout',
    exception: {
      values: [
        {
          type: 'TypeError',
          value: "Cannot read properties of undefined (reading 'price')",
          mechanism: { type: 'express', handled: false },
          stacktrace: { frames: [...expressFrames(), ...cartFrames()] },
        },
      ],
    },
    request: {
      method: 'POST',
      url: 'https://shop.example.com/checkout',
      query_string: [['coupon', 'SPRING']],
      headers: [
        ['Host', 'shop.example.com'],
        ['Content-Type', 'application/json'],
        ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'],
      ],
      data: { cart: 'c-1180', items: 3 },
    },
    breadcrumbs: { values: breadcrumbs(event.timestamp) },
    contexts: {
      runtime: { name: 'node', version: '20.20.0' },
      response: { status_code: 500, duration_ms: 38 },
    },
    ...more,
  }
}

/** An AggregateError with two members, itself the cause of what was thrown. */
export function paymentError(minutesAgo: number): SentEvent {
  const stacktrace = { frames: [...expressFrames(), frame('charge', 'src/payment/charge.ts', 44)] }
  const mechanism = (id: number, parent?: number, source?: string) => ({
    type: parent === undefined ? 'generic' : 'chained',
    handled: true,
    exception_id: id,
    ...(parent === undefined ? {} : { parent_id: parent, source }),
  })
  return {
    ...base(minutesAgo),
    level: 'fatal',
    transaction: 'POST /orders/:id/pay',
    exception: {
      values: [
        {
          type: 'TimeoutError',
          value: 'bank-b did not answer within 3000 ms',
          mechanism: mechanism(3, 1, 'errors[1]'),
          stacktrace,
        },
        {
          type: 'ConnectionError',
          value: 'connect ECONNREFUSED 10.0.4.17:8443',
          mechanism: mechanism(2, 1, 'errors[0]'),
          stacktrace,
        },
        {
          type: 'AggregateError',
          value: 'All banks failed',
          mechanism: { ...mechanism(1, 0, 'cause'), is_exception_group: true },
          stacktrace,
        },
        {
          type: 'PaymentError',
          value: 'Order 7731 could not be paid',
          mechanism: mechanism(0),
          stacktrace,
        },
      ],
    },
  }
}

export function stockWarning(minutesAgo: number): SentEvent {
  return {
    ...base(minutesAgo),
    level: 'warning',
    transaction: 'job restock',
    logentry: { message: 'Stock of %s is low', formatted: 'Stock of SKU-1180 is low', params: [] },
  }
}

export function importMessage(minutesAgo: number): SentEvent {
  return {
    ...base(minutesAgo),
    level: 'info',
    message: 'Import of supplier prices took longer than usual',
  }
}

/** Four issues, the cart's last seen; it has five events of several users and environments. */
export function shopEvents(): SentEvent[] {
  return [
    importMessage(240),
    stockWarning(130),
    paymentError(45),
    cartError(190),
    cartError(95, { environment: 'staging', user: { id: '12', email: 'tom@example.com' } }),
    cartError(30, { tags: { browser: 'Safari', region: 'us-1' } }),
    cartError(12, { user: { id: '9', email: 'mia@example.com' } }),
    cartError(2),
  ]
}

function base(minutesAgo: number): SentEvent {
  return {
    event_id: randomUUID().replaceAll('-', ''),
    timestamp: Date.now() / 1000 - minutesAgo * MINUTE_S,
    platform: 'node',
    release: 'shop@2.4.1',
    environment: 'production',
    server_name: 'web-1',
    tags: { browser: 'Firefox', region: 'eu-1' },
    user: { id: '7', email: 'ann@example.com', ip_address: '203.0.113.9' },
    sdk: { name: 'mayday.node', version: '0.1.0' },
  }
}

function expressFrames() {
  const file = '/srv/shop/node_modules/express/lib/router/layer.js'
  return ['next', 'handle', 'handleRequest'].map((name, index) => ({
    function: name,
    filename: file,
    abs_path: file,
    lineno: 90 + index,
    colno: 5,
    in_app: false,
  }))
}

function cartFrames() {
  return [
    frame('checkout', 'src/routes/checkout.ts', 31),
    {
      ...frame('totalOf', 'src/cart/total-of.ts', 18),
      pre_context: ['export function totalOf(cart: Cart): number {', '  let sum = 0'],
      context_line: '  for (const item of cart.items) sum += item.product.price * item.quantity',
      post_context: ['  return sum', '}'],
      vars: { sum: 0, item: { sku: 'SKU-1180', quantity: 2 } },
    },
  ]
}

function frame(name: string, file: string, lineno: number) {
  return {
    function: name,
    filename: file,
    abs_path: `/srv/shop/${file}`,
    lineno,
    colno: 9,
    in_app: true,
    context_line: `  return ${name}(request)`,
  }
}

function breadcrumbs(atS: number) {
  const queries = [2, 3, 4, 5, 6, 7].map((id) => ({
    timestamp: atS - 8 + id / 2,
    category: 'query',
    message: `SELECT * FROM product WHERE id = ${id}`,
  }))
  return [
    { timestamp: atS - 9, category: 'auth', message: 'ann@example.com signed in' },
    ...queries,
    {
      timestamp: atS - 0.2,
      type: 'http',
      category: 'http',
      data: { method: 'GET', url: 'https://stock.example.com/SKU-1180', status_code: 404 },
      level: 'warning',
    },
  ]
}

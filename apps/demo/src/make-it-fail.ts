import { setTimeout as wait } from 'node:timers/promises'

export type FailOptions = {
  /** Told one line for each route. */
  print?: (line: string) => void
  /** How often everything is done. @default 1 */
  rounds?: number
}

/** One way in which the shop fails, or almost. */
export type Failure = {
  cause: string
  method: 'GET' | 'POST'
  route: string
  /** What the n-th request asks for; the route where all ask for the same. */
  path?: (n: number) => string
  body?: unknown
  times: number
  expectedStatus: number
  /** The title of the issue; absent where there must be none. */
  issue?: string
}

const CUSTOMERS = ['ada', 'grace', 'linus', 'margaret', 'dennis', 'barbara', 'ken']
const START_TIMEOUT_MS = 20_000

/** Every route of the shop that fails, in the order in which they are called. */
export const FAILURES: Failure[] = [
  {
    cause: 'database connection dropped',
    method: 'GET',
    route: '/orders/:id',
    path: (n) => `/orders/${4100 + n}?expand=lines`,
    times: 6,
    expectedStatus: 500,
    issue: 'Error: Connection terminated unexpectedly',
  },
  {
    cause: 'TypeError on undefined',
    method: 'GET',
    route: '/products/:id/quote',
    path: (n) => `/products/3/quote?quantity=${n + 1}`,
    times: 12,
    expectedStatus: 500,
    issue: "TypeError: Cannot read properties of undefined (reading 'amount')",
  },
  {
    cause: 'third party timing out',
    method: 'POST',
    route: '/checkout/:cart/payment',
    path: (n) => `/checkout/${700 + n}/payment`,
    times: 4,
    expectedStatus: 500,
    issue: 'TimeoutError: The operation was aborted due to timeout',
  },
  {
    cause: 'error with a cause',
    method: 'POST',
    route: '/checkout/:cart/order',
    path: (n) => `/checkout/${700 + n}/order`,
    times: 3,
    expectedStatus: 500,
    issue: 'CheckoutError: The order of cart 700 could not be placed',
  },
  {
    cause: 'unwritable upload folder',
    method: 'POST',
    route: '/inventory/:id/photo',
    path: (n) => `/inventory/${n + 1}/photo`,
    times: 3,
    expectedStatus: 500,
    issue: "Error: EACCES: permission denied, open '…'",
  },
  {
    cause: 'rejected promise',
    method: 'POST',
    route: '/products/:id/wish',
    path: (n) => `/products/${(n % 3) + 1}/wish`,
    times: 5,
    expectedStatus: 500,
    issue: 'WishlistUnavailable: The wish list store is read-only',
  },
  {
    cause: 'syntax error in a module loaded late',
    method: 'GET',
    route: '/products/sale',
    times: 2,
    expectedStatus: 500,
    issue: "SyntaxError: Unexpected token ':'",
  },
  {
    cause: '500 without an exception',
    method: 'GET',
    route: '/reports/daily/:day',
    path: (n) => `/reports/daily/2026-11-0${n + 1}`,
    times: 4,
    expectedStatus: 500,
    issue: 'GET /reports/daily/:day answered 500 without an exception',
  },
  {
    cause: 'out of memory in a thread',
    method: 'GET',
    route: '/reports/yearly/:year',
    path: (n) => `/reports/yearly/${2026 - n}`,
    times: 1,
    expectedStatus: 500,
    issue: 'ReportFailed: The report of 2026 ran out of memory',
  },
  {
    cause: 'out of memory in a process',
    method: 'GET',
    route: '/reports/export',
    times: 1,
    expectedStatus: 500,
    issue: 'ExportProcessDied: The export process ended before the export did',
  },
  {
    cause: 'unknown product (404)',
    method: 'GET',
    route: '/products/:id',
    path: (n) => `/products/${90 + n}`,
    times: 3,
    expectedStatus: 404,
  },
  {
    cause: 'handled error (coupon that cannot be read)',
    method: 'POST',
    route: '/checkout/:cart/coupon',
    path: (n) => `/checkout/${700 + n}/coupon`,
    body: { code: 'SUMMER' },
    times: 3,
    expectedStatus: 200,
  },
  {
    // Last, since the shop's process dies of it and is started again.
    cause: 'async error in a timer',
    method: 'POST',
    route: '/newsletter',
    body: {},
    times: 1,
    expectedStatus: 202,
    issue: "TypeError: Cannot read properties of undefined (reading 'email')",
  },
]

/**
 * Calls every route that fails, as several customers. Resolves when the shop is up again after the
 * last one.
 *
 * @throws Error when the shop is not reached, or answers otherwise than it should
 */
export async function makeItFail(baseUrl: string, options: FailOptions = {}): Promise<void> {
  const { print = () => undefined, rounds = 1 } = options
  for (let round = 0; round < rounds; round++) {
    for (const failure of FAILURES) {
      await waitUntilUp(baseUrl)
      for (let n = 0; n < failure.times; n++) await call(baseUrl, failure, n)
      const { method, route, expectedStatus, times, cause } = failure
      print(`${`${method} ${route}`.padEnd(30)} ${expectedStatus} × ${times}`.padEnd(42) + cause)
    }
    await waitUntilRestarted(baseUrl)
  }
}

async function call(baseUrl: string, failure: Failure, n: number): Promise<void> {
  const path = failure.path?.(n) ?? failure.route
  const response = await fetch(`${baseUrl}${path}`, {
    method: failure.method,
    headers: {
      'x-customer': CUSTOMERS[n % CUSTOMERS.length] as string,
      'user-agent': 'shop-customers/1.0',
      ...(failure.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(failure.body === undefined ? {} : { body: JSON.stringify(failure.body) }),
  })
  await response.arrayBuffer()
  if (response.status !== failure.expectedStatus) {
    throw new Error(
      `${failure.method} ${path} answered ${response.status} instead of ${failure.expectedStatus}`,
    )
  }
}

/** The process that took the last request dies a moment after its answer. */
async function waitUntilRestarted(baseUrl: string): Promise<void> {
  const startedAt = performance.now()
  while ((await isUp(baseUrl)) && performance.now() - startedAt < START_TIMEOUT_MS) await wait(20)
  await waitUntilUp(baseUrl)
}

async function waitUntilUp(baseUrl: string): Promise<void> {
  const startedAt = performance.now()
  while (!(await isUp(baseUrl))) {
    if (performance.now() - startedAt > START_TIMEOUT_MS) {
      throw new Error(`The shop at ${baseUrl} does not answer`)
    }
    await wait(50)
  }
}

async function isUp(baseUrl: string): Promise<boolean> {
  try {
    // On a connection of its own: one that was kept may belong to the process that died.
    const response = await fetch(`${baseUrl}/health`, { headers: { connection: 'close' } })
    await response.arrayBuffer()
    return response.ok
  } catch {
    // Refused or cut: the shop is being started.
    return false
  }
}

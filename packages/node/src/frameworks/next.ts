import { captureThrown } from '../capture.ts'
import { getClient } from '../client.ts'
import { Context, currentContext } from '../current-scope.ts'
import { readProperty } from '../failed-request.ts'
import { foreignRequestInfo } from '../foreign-request.ts'
import { withoutIds } from '../request-data.ts'
import { Scope } from '../scope.ts'

/** What Next tells of the request, as far as it is used; so Next is not imported. */
export type NextRequestInfo = { path?: unknown; method?: unknown; headers?: unknown }

/** What Next tells of the place of the error. */
export type NextErrorContext = {
  routerKind?: unknown
  /** Such as `/orders/[id]`. */
  routePath?: unknown
  /** `render`, `route`, `action` or `proxy`. */
  routeType?: unknown
  renderSource?: unknown
}

/** By throwing one of these, with such a digest, Next is told where to go on. */
const CONTROL_FLOW =
  /^(?:NEXT_REDIRECT|NEXT_NOT_FOUND|NEXT_HTTP_ERROR_FALLBACK|DYNAMIC_SERVER_USAGE|BAILOUT_TO_CLIENT_SIDE_RENDERING|HANGING_PROMISE_REJECTION)/

/**
 * Reports what Next (15 and later) could not handle: in server components, route handlers, server
 * actions, pages and the proxy. The transaction is method and route; the tag `next.digest` is the
 * digest that Next shows to the person in production. Redirects, `notFound()` and the like are no
 * errors. Never throws and does not wait; where the platform freezes the process after the answer,
 * and offers to wait (Vercel), the event is sent before.
 *
 * @example
 * // instrumentation.ts
 * export async function register() {
 *   if (process.env.NEXT_RUNTIME === 'nodejs') (await import('@mayday/node')).init()
 * }
 * export const onRequestError = async (...error: Parameters<Instrumentation.onRequestError>) => {
 *   if (process.env.NEXT_RUNTIME === 'nodejs')
 *     (await import('@mayday/node')).captureRequestError(...error)
 * }
 */
export function captureRequestError(
  thrown: unknown,
  request: NextRequestInfo = {},
  context: NextErrorContext = {},
): void {
  try {
    const digest = readProperty(thrown, 'digest')
    if (typeof digest === 'string' && CONTROL_FLOW.test(digest)) return
    const served = currentContext()
    if (served.exchange && typeof readProperty(context, 'routePath') === 'string') {
      served.exchange.route = routeOf(request, context)
    }
    captureThrown(thrown, {
      capture: { type: 'next', handled: false },
      level: 'error',
      // Behind a platform's own server no request is known; one error must not mix with another.
      context: served.exchange ? served : new Context(undefined),
      captureContext: scopeOf(request, context, digest),
    })
    waitUntilSent()
  } catch (error) {
    getClient()?.log(`could not capture an error of Next: ${String(error)}`)
  }
}

function scopeOf(request: NextRequestInfo, context: NextErrorContext, digest: unknown): Scope {
  return new Scope()
    .setTransactionName(
      `${textOf(readProperty(request, 'method')) ?? 'GET'} ${routeOf(request, context)}`,
    )
    .setTags({
      'next.digest': textOf(digest),
      'next.route_type': textOf(readProperty(context, 'routeType')),
      'next.router': textOf(readProperty(context, 'routerKind')),
      'next.render_source': textOf(readProperty(context, 'renderSource')),
    })
    .addEventProcessor((event) => {
      event.request ??= foreignRequestInfo({
        method: readProperty(request, 'method'),
        path: readProperty(request, 'path'),
        headers: readProperty(request, 'headers'),
      })
      return event
    })
}

/** Of a form without a script, Next tells the file instead, such as `/orders/[id]/page`. */
function routeOf(request: NextRequestInfo, context: NextErrorContext): string {
  const path = textOf(readProperty(request, 'path'))?.split('?', 1)[0] || '/'
  const route = textOf(readProperty(context, 'routePath'))
  if (!route) return withoutIds(path)
  return path.endsWith('/page') ? route : route.replace(/\/page$/, '') || '/'
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

const REQUEST_CONTEXTS = [
  Symbol.for('@next/request-context'),
  Symbol.for('@vercel/request-context'),
]

type RequestContext = { waitUntil?(promise: Promise<unknown>): void }

function waitUntilSent(): void {
  const client = getClient()
  for (const symbol of REQUEST_CONTEXTS) {
    const holder = Reflect.get(globalThis, symbol) as { get?(): RequestContext } | undefined
    const context = holder?.get?.()
    if (client && context?.waitUntil) {
      context.waitUntil(client.flush(client.options.shutdownTimeoutMs))
      return
    }
  }
}

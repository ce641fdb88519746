import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { errorMonitor } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Client, Integration } from '../client.ts'
import { type Context, currentContext } from '../current-scope.ts'
import { guarded } from '../guarded.ts'

/** undici's, as far as it is published; the shape has been the same since its version 5. */
type FetchRequest = { method?: string; origin?: string | URL; path?: string }
type Started = { context: Context; atMs: number }

/** Keeps requests that the program makes, by `node:http` or fetch, as breadcrumbs. */
export const outgoingHttpIntegration: Integration = {
  name: 'NodeFetch',
  install(client) {
    const started = new WeakMap<object, Started>()
    const start = (request: object) => {
      started.set(request, { context: currentContext(), atMs: performance.now() })
    }
    const end = (request: object, url: string, method: string, result: Result) => {
      const begun = started.get(request)
      if (begun === undefined) return
      started.delete(request)
      addBreadcrumb(client, begun, { url, method, ...result })
    }
    const listeners: [string, (message: unknown) => void][] = [
      ...nodeListeners(client, start, end),
      ...fetchListeners(start, end),
    ].map(([name, listener]) => [name, guarded(client, listener)])
    for (const [name, listener] of listeners) subscribe(name, listener)
    return () => {
      for (const [name, listener] of listeners) unsubscribe(name, listener)
    }
  },
}

type Result = { status_code?: number; error?: string }
type Start = (request: object) => void
type End = (request: object, url: string, method: string, result: Result) => void

function nodeListeners(
  client: Client,
  start: Start,
  end: End,
): [string, (message: unknown) => void][] {
  const nodeEnd = (request: ClientRequest, result: Result) =>
    end(
      request,
      `${request.protocol}//${request.getHeader('host') ?? request.host}${request.path}`,
      request.method,
      result,
    )
  return [
    [
      'http.client.request.start',
      (message) => {
        const { request } = message as { request: ClientRequest }
        if ('agent' in request && request.agent === client.transport?.agent) return
        start(request)
        // The channel for errors is younger than some versions of Node that we run on; and a plain
        // listener would make errors that nobody handles look handled.
        request.once(errorMonitor, (error) => nodeEnd(request, { error: codeOf(error) }))
      },
    ],
    [
      'http.client.response.finish',
      (message) => {
        const { request, response } = message as {
          request: ClientRequest
          response: IncomingMessage
        }
        nodeEnd(
          request,
          response.statusCode === undefined ? {} : { status_code: response.statusCode },
        )
      },
    ],
  ]
}

function fetchListeners(start: Start, end: End): [string, (message: unknown) => void][] {
  const fetchEnd = (request: FetchRequest, result: Result) =>
    end(request, `${request.origin}${request.path}`, request.method ?? 'GET', result)
  return [
    ['undici:request:create', (message) => start((message as { request: object }).request)],
    [
      'undici:request:headers',
      (message) => {
        const { request, response } = message as {
          request: FetchRequest
          response: { statusCode: number }
        }
        fetchEnd(request, { status_code: response.statusCode })
      },
    ],
    [
      'undici:request:error',
      (message) => {
        const { request, error } = message as { request: FetchRequest; error: unknown }
        fetchEnd(request, { error: codeOf(error) })
      },
    ],
  ]
}

function addBreadcrumb(
  client: Client,
  { context, atMs }: Started,
  data: Result & { url: string; method: string },
): void {
  const isFailed = data.error !== undefined || (data.status_code ?? 0) >= 500
  client.addBreadcrumb(
    {
      type: 'http',
      category: 'http',
      level: isFailed ? 'warning' : 'info',
      data: { ...data, duration_ms: Math.round(performance.now() - atMs) },
    },
    context,
  )
}

/** `ECONNREFUSED` and the like, else the name: `TimeoutError` of a signal is no native error. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'failed'
  const { code, name } = error as { code?: unknown; name?: unknown }
  if (typeof code === 'string') return code
  return typeof name === 'string' ? name : 'failed'
}

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Integration } from '../client.ts'
import { Context, enterContext } from '../current-scope.ts'
import { Exchange } from '../exchange.ts'
import { guarded } from '../guarded.ts'
import { keepBody } from '../request-body.ts'
import { requestBegins, requestEnds } from '../requests-in-flight.ts'
import { reportStatus } from '../status-event.ts'

type ServerMessage = { request: IncomingMessage; response: ServerResponse }

/** On the response, since a look-up by it in a WeakMap would cost every request. */
const CONTEXT = Symbol('mayday.context')
type MarkedResponse = ServerResponse & { [CONTEXT]?: Context }

/**
 * Gives each request that any `node:http` server serves a context of its own, and reports answers
 * with status 5xx for which nothing was thrown. Works by Node's diagnostics channels: no module is
 * changed, and the order of imports does not matter.
 *
 * The context is entered, not run around the handler, because only so is it still there when an
 * exception thrown by the handler becomes an uncaught one.
 */
export const httpIntegration: Integration = {
  name: 'Http',
  install(client) {
    const { maxRequestBodyBytes } = client.options
    const onStart = guarded(client, (message) => {
      const { request, response } = message as ServerMessage
      const exchange = new Exchange(request, response)
      const context = new Context(exchange)
      ;(response as MarkedResponse)[CONTEXT] = context
      if (maxRequestBodyBytes > 0) keepBody(exchange, maxRequestBodyBytes)
      requestBegins(context)
      enterContext(context)
    })
    const onFinish = guarded(client, (message) => {
      const { response } = message as ServerMessage
      requestEnds(contextOf(response))
      if (response.statusCode < 500) return
      const context = contextOf(response)
      // Later, since Express writes an error that nobody took care of to the console by then.
      if (context) setImmediate(client.holdUndecided(() => reportStatus(client, context)))
    })
    subscribe('http.server.request.start', onStart)
    subscribe('http.server.response.finish', onFinish)
    return () => {
      unsubscribe('http.server.request.start', onStart)
      unsubscribe('http.server.response.finish', onFinish)
    }
  },
}

/** The context of the request that this is the response to; undefined when it began before `init`. */
export function contextOf(response: ServerResponse): Context | undefined {
  return (response as MarkedResponse)[CONTEXT]
}

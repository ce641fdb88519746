import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Integration } from '../client.ts'
import {
  captureFastifyError,
  type FastifyReply,
  type FastifyRequest,
  onFastifySetUp,
} from '../frameworks/fastify.ts'
import { guarded } from '../guarded.ts'
import { contextOf } from './http.ts'

type HandlerMessage = {
  request: FastifyRequest
  reply: FastifyReply
  route: { url?: string }
  error?: unknown
}

const START = 'tracing:fastify.request.handler:start'
const ERROR = 'tracing:fastify.request.handler:error'

/**
 * Sees the errors that handlers of Fastify 5 throw, and the patterns of its routes, without any set-up
 * by the program: Fastify tells both by diagnostics channels. Fastify 4 does not.
 */
export const fastifyIntegration: Integration = {
  name: 'Fastify',
  install(client) {
    const onStart = guarded(client, (message) => {
      const { reply, route } = message as HandlerMessage
      const exchange = contextOf(reply.raw)?.exchange
      if (exchange) exchange.route = route.url
    })
    const onError = guarded(client, (message) => {
      const { request, reply, error } = message as HandlerMessage
      captureFastifyError(error, request, reply)
    })
    const stop = () => {
      unsubscribe(START, onStart)
      unsubscribe(ERROR, onError)
    }
    subscribe(START, onStart)
    subscribe(ERROR, onError)
    // While anybody listens, Fastify pays for it with each request: a tenth of a small one.
    onFastifySetUp(stop)
    return () => {
      onFastifySetUp(undefined)
      stop()
    }
  },
}

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type IntakeDeps, RequestAcceptor } from './accept/accept-request.ts'
import { acknowledge } from './accept/acknowledge-request.ts'
import {
  sendAccepted,
  sendCheckedIn,
  sendId,
  sendPreflight,
  sendRefusal,
} from './accept/answers.ts'
import { discardBody } from './accept/read-body.ts'
import { Refusal } from './accept/refusal.ts'

export type { IntakeDeps }

type Accept = (request: FastifyRequest, reply: FastifyReply) => void

const ROUTES = [
  ['/api/:project/envelope', 'envelope'],
  ['/api/:project/store', 'store'],
  ['/api/:project/security', 'security'],
  ['/api/:project/csp-report', 'security'],
] as const
/** What is acknowledged only, with what it counts as. */
const UNUSED = [
  ['/api/:project/minidump', 'error'],
  ['/api/:project/unreal/:key', 'error'],
  ['/api/:project/nel', 'default'],
] as const
const CRON = ['/api/:project/cron/:slug', '/api/:project/cron/:slug/:key'] as const
const NOT_POST = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'] as const
/** A disk that refuses does so for every request; one line tells enough. */
const LOG_GAP_MS = 10_000

/**
 * The routes that SDKs post to. They stand beside Nest: its body parsing, guards and filters would
 * cost as much as all the rest, and would refuse what SDKs send.
 */
export function registerIntake(fastify: FastifyInstance, deps: IntakeDeps): void {
  const acceptor = new RequestAcceptor(deps)
  void fastify.register(async (scope) => {
    const faults = new FaultLog(scope)
    const open = (url: string, accept: Accept) => {
      for (const path of withAndWithoutSlash(scope, url)) {
        scope.route({ method: 'POST', url: path, onRequest: accept, handler: unreachable })
        scope.route({ method: 'OPTIONS', url: path, handler: (_, reply) => sendPreflight(reply) })
      }
    }
    for (const [url, route] of ROUTES) {
      // Answered before Fastify looks at the Content-Type: SDKs send none, wrong ones and such as
      // are no media type at all, which it refuses.
      const accept = (request: FastifyRequest, reply: FastifyReply) => {
        acceptor.accept(request, route).then(
          ({ eventId, limits }) => sendAccepted(reply, eventId, limits),
          (error: unknown) => refuse(request, reply, faults.toRefusal(error)),
        )
      }
      open(url, accept)
      for (const path of withAndWithoutSlash(scope, url)) {
        scope.route({
          method: [...NOT_POST],
          url: path,
          onRequest: refuseMethod,
          handler: unreachable,
        })
      }
    }
    for (const [url, category] of UNUSED) {
      open(url, (request, reply) => {
        acknowledge(deps, request, category).then(
          (id) => sendId(reply, id),
          (error: unknown) => refuse(request, reply, faults.toRefusal(error)),
        )
      })
    }
    for (const url of CRON) {
      const accept = (request: FastifyRequest, reply: FastifyReply) => {
        acceptor.accept(request, 'cron').then(
          () => sendCheckedIn(reply),
          (error: unknown) => {
            const refusal = faults.toRefusal(error)
            // Whoever calls from a crontab cannot wait; what is over quota is counted and dropped.
            if (refusal.status === 429) sendCheckedIn(reply)
            else refuse(request, reply, refusal)
          },
        )
      }
      open(url, accept)
      for (const path of withAndWithoutSlash(scope, url)) {
        scope.route({ method: 'GET', url: path, onRequest: accept, handler: unreachable })
      }
    }
    scope.route({
      method: ['POST', 'OPTIONS'],
      url: '/api/:project/*',
      onRequest: refusePath,
      handler: unreachable,
    })
    scope.setErrorHandler<FastifyError>((error, request, reply) =>
      refuse(request, reply, faults.toRefusal(error)),
    )
  })
}

/** Redirecting from one form to the other would turn POST into GET in many clients. */
function withAndWithoutSlash(fastify: FastifyInstance, path: string): string[] {
  const { ignoreTrailingSlash, routerOptions } = fastify.initialConfig
  const isIgnored = routerOptions?.ignoreTrailingSlash ?? ignoreTrailingSlash ?? false
  return isIgnored ? [path] : [path, `${path}/`]
}

function refuseMethod(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('allow', 'POST, OPTIONS')
  const message = `${request.method} is not possible here; events are sent by POST.`
  refuse(request, reply, new Refusal(405, message))
}

/** Everything below `/api/0` is the web API, whose own 404 answers. */
function refusePath(request: FastifyRequest, reply: FastifyReply): void {
  const { project } = request.params as { project: string }
  if (!/^[1-9]\d*$/.test(project)) return void reply.callNotFound()
  const message = 'There is nothing at this address; envelopes go to /api/{project}/envelope/.'
  refuse(request, reply, new Refusal(404, message))
}

/** A client still sending learns why only if it is let finish, within limits. */
function refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const mustClose = refusal.status === 408 || refusal.status === 413
  if (mustClose) void discardBody(request.raw).then(() => sendRefusal(reply, refusal))
  else sendRefusal(reply, refusal)
}

function unreachable(): never {
  throw new Error('The request was answered by its onRequest hook')
}

/** Turns whatever was thrown into an answer, and says in the log what is wrong with the server. */
class FaultLog {
  readonly #fastify: FastifyInstance
  #loggedAtMs = Number.NEGATIVE_INFINITY

  constructor(fastify: FastifyInstance) {
    this.#fastify = fastify
  }

  toRefusal(error: unknown): Refusal {
    if (error instanceof Refusal) {
      if (error.status === 503 && error.cause !== undefined) this.#log(error.cause)
      return error
    }
    const status = (error as FastifyError | undefined)?.statusCode
    if (status !== undefined && status < 500) return new Refusal(status, (error as Error).message)
    this.#log(error)
    return new Refusal(500, 'The server failed; its log tells why.')
  }

  #log(error: unknown): void {
    if (performance.now() - this.#loggedAtMs < LOG_GAP_MS) return
    this.#loggedAtMs = performance.now()
    this.#fastify.log.error({ err: error }, 'intake cannot accept events')
  }
}

import type { ServerResponse } from 'node:http'
import { captureThrown } from '../capture.ts'
import { getClient } from '../client.ts'
import { currentContext } from '../current-scope.ts'
import { addHandledBreadcrumb, captureFailedRequest, readProperty } from '../failed-request.ts'
import { contextOf } from '../integrations/http.ts'
import { answerSafely } from './nest-answer.ts'
import { watchOtherContexts } from './nest-contexts.ts'
import {
  type ArgumentsHost,
  type FilterContext,
  isFilterContext,
  observeByInterceptor,
  ownStatus,
  watchHandlers,
} from './nest-handlers.ts'

/** Nest's application or microservice, as far as it is used; so Nest is not imported. */
export type NestApp = { useGlobalInterceptors(...interceptors: unknown[]): unknown }

const MIN_SERVER_ERROR = 500

/**
 * Reports the errors of a Nest application (10 to 12, on Express or Fastify): of handlers, guards,
 * pipes, interceptors and middleware, also those that an exception filter of the program's own
 * handles, and `HttpException`s of 500 and more. To be called before `listen` or `init`, and after
 * `connectMicroservice`. Never throws; a second call does nothing.
 *
 * Each such error gets an error id, in the header `X-Error-Id` and in `response.locals.errorId`
 * (Express) or `reply.errorId` (Fastify), and becomes an event if the answer ends with 5xx or had
 * begun. Where no filter of the program's own takes it, and its body is not one that the program
 * made, the answer is problem+json (RFC 9457) with the error id, and without message, stack or path.
 * `HttpException`s below 500 are answered as without this call, and are a breadcrumb. Errors of
 * microservices, gateways and resolvers are reported, then Nest goes on with them.
 *
 * @example
 * const app = await NestFactory.create(AppModule)
 * Mayday.setupNestErrorHandler(app)
 * await app.listen(3000)
 */
export function setupNestErrorHandler(app: NestApp): void {
  // Hangs itself into the place where Nest asks for exception filters, which is private to Nest. Where
  // a version of Nest does not have it, an interceptor does what it can: errors of guards and middleware
  // are then told by their status alone, and answers are Nest's.
  try {
    if (readProperty(app, 'isInitialized') === true) {
      process.stderr.write('[mayday] setupNestErrorHandler came after init, so it sees nothing.\n')
      return
    }
    watchOtherContexts(app)
    // A microservice serves no HTTP.
    if (readProperty(app, 'httpAdapter') === undefined) return
    const ofRoutes = readProperty(readProperty(app, 'routesResolver'), 'routerExceptionsFilter')
    if (isFilterContext(ofRoutes)) {
      watchHttp(ofRoutes)
      watchMiddleware(readProperty(app, 'middlewareModule'))
    } else {
      observeByInterceptor(app, (thrown, host) => void captureHttp(thrown, host))
    }
    tellFastifyRoutes(readProperty(readProperty(app, 'httpAdapter'), 'instance'))
  } catch (error) {
    getClient()?.log(`could not set up Nest: ${String(error)}`)
  }
}

function watchHttp(context: FilterContext): void {
  watchHandlers(context, (handler) => {
    const failures = answerSafely(handler)
    return (thrown, host) => {
      const errorId = captureHttp(thrown, host)
      const response = host.getArgByIndex(1)
      if (errorId === undefined || typeof response !== 'object' || response === null) return
      failures.set(response, { thrown, errorId, request: host.getArgByIndex(0) })
    }
  })
}

type MiddlewareModule = { register(...parameters: unknown[]): unknown }

/** Makes its place of asking for filters only when it registers, shortly before it uses it. */
function watchMiddleware(module: unknown): void {
  if (typeof readProperty(module, 'register') !== 'function') return
  const middleware = module as MiddlewareModule
  const register = middleware.register
  middleware.register = async function (this: unknown, ...parameters) {
    const result = await register.apply(this, parameters)
    const context = readProperty(middleware, 'routerExceptionFilter')
    if (isFilterContext(context)) watchHttp(context)
    return result
  }
}

function captureHttp(thrown: unknown, host: ArgumentsHost): string | undefined {
  const status = ownStatus(thrown)
  if (status !== undefined && status < MIN_SERVER_ERROR) {
    addHandledBreadcrumb(thrown, status)
    return undefined
  }
  const response = host.getArgByIndex(1)
  // Fastify's reply has Node's response in `raw`; middleware, and Express, get that itself.
  const raw = (readProperty(response, 'raw') ?? response) as ServerResponse
  const hasBegun = raw.headersSent && !raw.destroyed
  const errorId = hasBegun
    ? captureBrokenOff(thrown, raw)
    : captureFailedRequest(thrown, 'nest', raw)
  const locals = readProperty(response, 'locals')
  const holder = typeof locals === 'object' && locals !== null ? locals : response
  ;(holder as { errorId?: string }).errorId = errorId
  return errorId
}

/** Nest ends such an answer as if it were whole, so that its status says nothing. */
function captureBrokenOff(thrown: unknown, response: ServerResponse): string {
  return captureThrown(thrown, {
    capture: { type: 'nest', handled: false },
    level: 'error',
    context: contextOf(response) ?? currentContext(),
    captureContext: { tags: { 'http.ending': 'broken_off' } },
  })
}

type FastifyInstance = {
  addHook(
    name: 'onRequest',
    hook: (request: unknown, reply: { raw: ServerResponse }, done: () => void) => void,
  ): unknown
}

/** Express leaves the route on Node's own request; Fastify only on its own. */
function tellFastifyRoutes(instance: unknown): void {
  if (typeof readProperty(instance, 'addHook') !== 'function') return
  ;(instance as FastifyInstance).addHook('onRequest', (request, reply, done) => {
    const exchange = contextOf(reply.raw)?.exchange
    const url = readProperty(readProperty(request, 'routeOptions'), 'url')
    if (exchange && typeof url === 'string') exchange.route = url
    done()
  })
}

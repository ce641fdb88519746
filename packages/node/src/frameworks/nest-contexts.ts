import { captureThrown } from '../capture.ts'
import { currentContext, withScope } from '../current-scope.ts'
import { readProperty } from '../failed-request.ts'
import { type Called, isFilterContext, ownStatus, watchHandlers } from './nest-handlers.ts'

/**
 * Watches what is not HTTP: microservices, gateways, and what uses Nest's external context, as
 * resolvers of GraphQL do. Each part that a version of Nest, or the app, does not have is left out.
 */
export function watchOtherContexts(app: object): void {
  for (const service of [app, ...servicesOf(app)]) {
    const controller = readProperty(
      readProperty(service, 'microservicesModule'),
      'listenersController',
    )
    watch(readProperty(controller, 'exceptionFiltersContext'), 'rpc')
  }
  for (const creator of externalContextCreators(app)) {
    watch(readProperty(creator, 'filtersContextCreator'), 'external')
  }
  watchGateways(app)
}

function servicesOf(app: object): unknown[] {
  const services = readProperty(app, 'microservices')
  return Array.isArray(services) ? services : []
}

/** Nest provides it by itself; its class, by which it could be asked for, is Nest's. */
function externalContextCreators(app: object): unknown[] {
  const found = new Set<unknown>()
  for (const module of valuesOf(readProperty(readProperty(app, 'container'), 'modules'))) {
    for (const provider of valuesOf(readProperty(module, 'providers'))) {
      const name = readProperty(provider, 'name')
      if (name === 'ExternalContextCreator') found.add(readProperty(provider, 'instance'))
    }
  }
  return [...found]
}

function valuesOf(map: unknown): unknown[] {
  return map instanceof Map ? [...map.values()] : []
}

type Method = (this: unknown, ...parameters: unknown[]) => unknown

/** The module for gateways may be loaded as late as in `init`, and connects them all in one call. */
function watchGateways(app: object): void {
  // Not from the app, which may be a proxy that gives a function which looks for this one again.
  const original: unknown = readProperty(Object.getPrototypeOf(app), 'registerWsModule')
  if (typeof original !== 'function') return
  const registerWsModule: Method = function (...parameters) {
    watchSocketModule(readProperty(this, 'socketModule'))
    return original.apply(this, parameters)
  }
  // Past the proxy, whose trap for assignments does not assign.
  Object.defineProperty(app, 'registerWsModule', {
    value: registerWsModule,
    configurable: true,
    writable: true,
  })
}

function watchSocketModule(module: unknown): void {
  const getContextCreator = readProperty(module, 'getContextCreator') as Method | undefined
  if (typeof getContextCreator !== 'function') return
  ;(module as { getContextCreator: Method }).getContextCreator = function (...parameters) {
    const creator = getContextCreator.apply(this, parameters)
    const context = readProperty(creator, 'exceptionFiltersContext')
    watch(context ?? readProperty(creator, 'exceptionFiltersContextCreator'), 'ws')
    return creator
  }
}

function watch(context: unknown, kind: 'rpc' | 'ws' | 'external'): void {
  if (!isFilterContext(context)) return
  watchHandlers(context, (_handler, called) => (thrown, host) => {
    if (isAnswer(thrown)) return
    const type = host.getType?.() ?? kind
    capture(thrown, called, kind === 'external' ? type : kind)
  })
}

/** What the program has thrown to be told to its caller, and does not take for a fault of its own. */
function isAnswer(thrown: unknown): boolean {
  const status = ownStatus(thrown)
  if (status !== undefined) return status < 500
  // RpcException and WsException.
  return typeof readProperty(thrown, 'getError') === 'function'
}

function capture(thrown: unknown, { instance, callback }: Called, type: string): void {
  withScope((scope) => {
    const className = readProperty(readProperty(instance, 'constructor'), 'name')
    const methodName = readProperty(callback, 'name')
    if (methodName) scope.setTransactionName(`${className}.${methodName}`)
    captureThrown(thrown, {
      capture: { type: 'nest', handled: false },
      level: 'error',
      context: currentContext(),
      captureContext: { tags: { 'nest.context': type } },
    })
  })
}

import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventPayload } from '@mayday/protocol/event'
import type { Exchange } from './exchange.ts'
import { Scope } from './scope.ts'

/** What follows a request, or a call of `withScope`, through timers, promises and streams. */
export class Context {
  readonly exchange: Exchange | undefined
  #isolationScope: Scope | undefined
  #currentScope: Scope | undefined

  constructor(exchange: Exchange | undefined, isolation?: Scope, current?: Scope) {
    this.exchange = exchange
    this.#isolationScope = isolation
    this.#currentScope = current
  }

  /** Whose failures these are: of the request, the job, or whatever has an isolation scope of its own. */
  get owner(): object | undefined {
    if (this.exchange) return this.exchange
    const scope = this.#isolationScope
    return scope === processContext.isolationScope ? undefined : scope
  }

  /** Made on first use: most requests never need one. */
  get isolationScope(): Scope {
    this.#isolationScope ??= new Scope()
    return this.#isolationScope
  }

  get currentScope(): Scope {
    this.#currentScope ??= new Scope()
    return this.#currentScope
  }

  applyTo(event: EventPayload): void {
    this.#isolationScope?.applyTo(event)
    this.#currentScope?.applyTo(event)
  }

  applyBreadcrumbsTo(event: EventPayload): void {
    this.#isolationScope?.applyBreadcrumbsTo(event)
  }
}

const storage = new AsyncLocalStorage<Context | undefined>()
const globalScope = new Scope()
/** Outside of any request. */
const processContext = new Context(undefined)

export function currentContext(): Context {
  return storage.getStore() ?? processContext
}

/** Makes `context` that of the code that runs from here on, and of all that it starts. */
export function enterContext(context: Context): void {
  storage.enterWith(context)
}

export function runInContext<T>(context: Context, callback: () => T): T {
  return storage.run(context, callback)
}

/** For work of the SDK's own, so that a socket that lives on does not keep a request in memory. */
export function runOutsideContext<T>(callback: () => T): T {
  return storage.run(undefined, callback)
}

/** Scope of everything in this process. */
export function getGlobalScope(): Scope {
  return globalScope
}

/** Scope of the request that is served now; outside of requests, one that all such code shares. */
export function getIsolationScope(): Scope {
  return currentContext().isolationScope
}

/** The innermost scope: that of the `withScope` around, else one of the request's own. */
export function getCurrentScope(): Scope {
  return currentContext().currentScope
}

/**
 * Calls back with a scope of its own, or with the one given: what is set on it applies to events
 * captured inside alone, also after an `await`.
 *
 * @returns what the callback returns; what it throws is thrown
 */
export function withScope<T>(callback: (scope: Scope) => T): T
export function withScope<T>(scope: Scope | undefined, callback: (scope: Scope) => T): T
export function withScope<T>(...args: ScopeArguments<T>): T {
  const outer = currentContext()
  const { given, callback } = readArguments(args)
  const scope = given ?? outer.currentScope.clone()
  const inner = new Context(outer.exchange, outer.isolationScope, scope)
  return storage.run(inner, () => callback(scope))
}

/** Calls back as if in a request of its own: user, tags and breadcrumbs set inside stay inside. */
export function withIsolationScope<T>(callback: (scope: Scope) => T): T
export function withIsolationScope<T>(scope: Scope | undefined, callback: (scope: Scope) => T): T
export function withIsolationScope<T>(...args: ScopeArguments<T>): T {
  const outer = currentContext()
  const { given, callback } = readArguments(args)
  const scope = given ?? outer.isolationScope.clone()
  const inner = new Context(outer.exchange, scope, outer.currentScope.clone())
  return storage.run(inner, () => callback(scope))
}

type ScopeArguments<T> =
  | [callback: (scope: Scope) => T]
  | [scope: Scope | undefined, callback: (scope: Scope) => T]

function readArguments<T>(args: ScopeArguments<T>) {
  return args.length === 1
    ? { given: undefined, callback: args[0] }
    : { given: args[0], callback: args[1] }
}

/** Merges all that holds here into the event, from the widest scope to the innermost. */
export function applyScopes(event: EventPayload, context: Context): void {
  globalScope.applyTo(event)
  if (context !== processContext && context.exchange) {
    // What happened at start-up or in a timer may explain what fails in a request later.
    processContext.applyBreadcrumbsTo(event)
  }
  context.applyTo(event)
}

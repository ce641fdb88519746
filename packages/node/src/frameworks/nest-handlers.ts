import { getClient } from '../client.ts'
import { readProperty } from '../failed-request.ts'

/** What Nest tells an exception filter. */
export type ArgumentsHost = { getType?(): string; getArgByIndex(index: number): unknown }

export type Observe = (thrown: unknown, host: ArgumentsHost) => void

/** Holds the exception filters of one handler; asked with each error, whichever filter it ends in. */
export type ExceptionsHandler = {
  /** Of HTTP and of resolvers. */
  next?(thrown: unknown, host: ArgumentsHost): unknown
  /** Of microservices and gateways. */
  handle?(thrown: unknown, host: ArgumentsHost, ...rest: unknown[]): unknown
  applicationRef?: unknown
}

/** Where Nest makes an {@link ExceptionsHandler} for each method, guard or middleware. */
export type FilterContext = {
  create(instance: unknown, callback: unknown, ...rest: unknown[]): ExceptionsHandler
}

/** Who is called: the method's class and name. */
export type Called = { instance: unknown; callback: unknown }

const watched = new WeakSet<FilterContext>()

export function isFilterContext(value: unknown): value is FilterContext {
  return typeof readProperty(value, 'create') === 'function'
}

/** Has each error observed that handlers made from here on are asked about. They go on as ever. */
export function watchHandlers(
  context: FilterContext,
  begin: (handler: ExceptionsHandler, called: Called) => Observe,
): void {
  if (watched.has(context)) return
  watched.add(context)
  const create = context.create
  context.create = function (this: unknown, instance, callback, ...rest) {
    const handler = create.call(this, instance, callback, ...rest)
    try {
      watchHandler(handler, begin(handler, { instance, callback }))
    } catch (error) {
      getClient()?.log(`could not watch Nest's exception filters: ${String(error)}`)
    }
    return handler
  }
}

function watchHandler(handler: ExceptionsHandler, observe: Observe): void {
  const { next, handle } = handler
  if (next) {
    handler.next = function (this: unknown, thrown, host) {
      observeSafely(observe, thrown, host)
      return next.call(this, thrown, host)
    }
  }
  if (handle) {
    handler.handle = function (this: unknown, thrown, host, ...rest) {
      observeSafely(observe, thrown, host)
      return handle.call(this, thrown, host, ...rest)
    }
  }
}

function observeSafely(observe: Observe, thrown: unknown, host: ArgumentsHost): void {
  try {
    observe(thrown, host)
  } catch (error) {
    getClient()?.log(`could not capture an error of Nest: ${String(error)}`)
  }
}

/** The status that an `HttpException`, of whichever copy of Nest, says it is to be answered with. */
export function ownStatus(thrown: unknown): number | undefined {
  if (typeof readProperty(thrown, 'getStatus') !== 'function') return undefined
  try {
    const status = (thrown as { getStatus(): unknown }).getStatus()
    return typeof status === 'number' ? status : undefined
  } catch {
    // A method of the program's own that needs more than it was given: it is no HttpException.
    return undefined
  }
}

type Observer = { next(value: unknown): void; error(thrown: unknown): void; complete(): void }
type Observable = { subscribe(observer: Observer): unknown }
type ObservableClass = new (subscribe: (observer: Observer) => unknown) => Observable

/** Sees what handlers and pipes throw, of every kind of context. */
export function observeByInterceptor(
  app: { useGlobalInterceptors(...interceptors: unknown[]): unknown },
  observe: Observe,
): void {
  app.useGlobalInterceptors({
    intercept(context: ArgumentsHost, next: { handle(): Observable }): Observable {
      const source = next.handle()
      // Of the rxjs that this Nest uses, which need not be one that we could import.
      const ObservableOfNest = source.constructor as ObservableClass
      return new ObservableOfNest((observer) =>
        source.subscribe({
          next: (value) => observer.next(value),
          error: (thrown) => {
            observeSafely(observe, thrown, context)
            observer.error(thrown)
          },
          complete: () => observer.complete(),
        }),
      )
    },
  })
}

import { captureSeed, captureThrown } from '../capture.ts'
import { getClient } from '../client.ts'
import { Context, runInContext } from '../current-scope.ts'
import { readProperty } from '../failed-request.ts'
import { failedAnswer } from './aws-lambda-answer.ts'
import { describeInvocation, type Invocation, scopeOf } from './aws-lambda-invocation.ts'

export type LambdaOptions = {
  /** Longest wait in milliseconds for events to be sent before the answer. @default 2000 */
  flushTimeout?: number | undefined
  /** Whether an invocation that is about to be ended for its time is reported. @default true */
  captureTimeoutWarning?: boolean | undefined
  /** How many milliseconds before that end. @default 500 */
  timeoutWarningLimit?: number | undefined
}

type Callback = (error?: unknown, result?: unknown) => void

const FLUSH_MS = 2000
const WARNING_MS = 500
/** What Lambda itself needs to take the answer before the time is over. */
const RESERVE_MS = 50

let isCold = true

/**
 * Wraps a handler of AWS Lambda: one that returns a promise, calls back, or streams its answer.
 * What it throws, rejects with or calls back with is captured and passed on as it is. An answer for
 * API Gateway or a load balancer with a `statusCode` of 500 and more is an event, and its headers get
 * `X-Error-Id`. Each invocation has user, tags and breadcrumbs of its own.
 *
 * Before the answer goes out, what was captured is sent, since Lambda may freeze the process right
 * after it. `callbackWaitsForEmptyEventLoop` is left as the program has it. Never throws of its own.
 *
 * @example
 * export const handler = Mayday.wrapLambdaHandler(async (event) => ({ statusCode: 200, body: '' }))
 */
export function wrapLambdaHandler<A extends unknown[], R>(
  handler: (...args: A) => R,
  options: LambdaOptions = {},
): (...args: A) => R {
  if (typeof handler !== 'function') return handler
  const wrapped = function (this: unknown, ...args: A): R {
    const invocation = describeInvocation(args, isCold)
    isCold = false
    const run = new Run(new Context(undefined, scopeOf(invocation)), invocation, options)
    const callback = args.findIndex((arg, index) => index > 0 && typeof arg === 'function')
    if (callback !== -1) args[callback] = run.callbackOver(args[callback] as Callback)
    return runInContext(run.context, () => {
      try {
        const result = handler.apply(this, args)
        if (isPromise(result)) return run.settle(result) as R
        if (callback === -1 || handler.length <= callback) run.end()
        return result
      } catch (error) {
        // Lambda takes a promise that rejects as it takes what is thrown; only the first can wait.
        return run.settle(Promise.reject(error)) as R
      }
    })
  }
  return Object.defineProperties(wrapped, ownProperties(handler))
}

/**
 * Lambda tells by the number of parameters whether a handler calls back, and by a symbol, which
 * `awslambda.streamifyResponse` sets, whether it streams.
 */
function ownProperties(handler: object): PropertyDescriptorMap {
  const { prototype: _, ...properties } = Object.getOwnPropertyDescriptors(handler) as Record<
    PropertyKey,
    PropertyDescriptor
  >
  return properties
}

/** One invocation, from its beginning to its answer. */
class Run {
  readonly context: Context
  readonly #invocation: Invocation
  readonly #options: LambdaOptions
  readonly #warning: NodeJS.Timeout | undefined

  constructor(context: Context, invocation: Invocation, options: LambdaOptions) {
    this.context = context
    this.#invocation = invocation
    this.#options = options
    this.#warning = this.#warnInTime()
  }

  async settle(pending: PromiseLike<unknown>): Promise<unknown> {
    try {
      const result = this.#tellAnswer(await pending)
      await this.#finish()
      return result
    } catch (error) {
      this.#capture(error)
      await this.#finish()
      throw error
    }
  }

  callbackOver(callback: Callback): Callback {
    return (error, result) => {
      const isFailure = error !== undefined && error !== null
      if (isFailure) this.#capture(error)
      const told = isFailure ? result : this.#tellAnswer(result)
      void this.#finish().then(() => callback(error, told))
    }
  }

  /** Nobody is to wait for it. */
  end(): void {
    clearTimeout(this.#warning)
  }

  #capture(thrown: unknown): void {
    captureThrown(thrown, {
      capture: { type: 'aws-lambda', handled: false },
      level: 'error',
      context: this.context,
    })
  }

  #tellAnswer(result: unknown): unknown {
    try {
      return failedAnswer(result, this.context, this.#invocation.transaction)
    } catch (error) {
      getClient()?.log(`could not tell the error id: ${String(error)}`)
      return result
    }
  }

  async #finish(): Promise<void> {
    this.end()
    const wanted = this.#options.flushTimeout
    const timeoutMs = wanted !== undefined && wanted >= 0 ? wanted : FLUSH_MS
    const leftMs = (this.#invocation.remainingMs() ?? Number.POSITIVE_INFINITY) - RESERVE_MS
    await getClient()?.flush(Math.max(0, Math.min(timeoutMs, leftMs)))
  }

  /** Lambda ends the process without a word; the event must be on its way before. */
  #warnInTime(): NodeJS.Timeout | undefined {
    const remainingMs = this.#invocation.remainingMs()
    const limitMs = this.#options.timeoutWarningLimit ?? WARNING_MS
    if (this.#options.captureTimeoutWarning === false || remainingMs === undefined) return undefined
    const delayMs = remainingMs - limitMs
    if (!(delayMs > 0)) return undefined
    return setTimeout(() => {
      const name = this.#invocation.functionName
      captureSeed(
        {
          level: 'warning',
          logentry: { formatted: `${name} is about to run out of time` },
          fingerprint: ['aws-lambda-timeout', name],
          contexts: { timeout: { granted_ms: remainingMs, remaining_ms: limitMs } },
        },
        this.context,
      )
    }, delayMs).unref()
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof readProperty(value, 'then') === 'function'
}

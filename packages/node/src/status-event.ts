import { captureSeed, captureThrown } from './capture.ts'
import type { Client } from './client.ts'
import type { Context } from './current-scope.ts'
import type { Exchange } from './exchange.ts'
import { exceptionFromStackText } from './logged-error.ts'
import { transactionOf } from './request-data.ts'
import { parseStack } from './stack.ts'

/** Those that say "not now" or "not here" by themselves, rather than that something broke. */
const MILD_STATUSES = new Set([501, 503])

/**
 * Reports an answer of 5xx for which nothing was thrown to us. If the program, or its framework, has
 * written an error to the console meanwhile, that error is what is reported. Else the event is keyed
 * by route and status, with the stack of the place that sent the answer if it is the program's own.
 */
export function reportStatus(client: Client, context: Context): void {
  const { exchange } = context
  if (exchange === undefined || exchange.hasEvent) return
  try {
    if (exchange.logged === undefined) captureStatus(context, exchange)
    else captureLogged(context, exchange)
  } catch (error) {
    client.log(`could not report a status: ${String(error)}`)
  }
}

function captureLogged(context: Context, exchange: Exchange): void {
  const { logged, response } = exchange
  const tags = { 'http.status_code': String(response.statusCode) }
  if (typeof logged !== 'string') {
    const capture = { type: 'console', handled: true }
    captureThrown(logged, { capture, level: 'error', context, captureContext: { tags } })
    return
  }
  // Text is what frameworks write of an error that nobody took care of.
  const values = [exceptionFromStackText(logged)]
  captureSeed({ level: 'error', exception: { values }, tags }, context)
}

function captureStatus(context: Context, exchange: Exchange): void {
  const { statusCode } = exchange.response
  const route = transactionOf(exchange)
  const frames = parseStack(exchange.answeredAt?.stack, '')
  const isOurs = frames.some((frame) => frame.in_app)
  captureSeed(
    {
      level: MILD_STATUSES.has(statusCode) ? 'warning' : 'error',
      transaction: route,
      logentry: { formatted: `${route} answered ${statusCode} without an exception` },
      fingerprint: ['http-status', route, String(statusCode)],
      tags: { 'http.status_code': String(statusCode) },
      ...(isOurs ? { threads: { values: [{ current: true, stacktrace: { frames } }] } } : {}),
    },
    context,
  )
}

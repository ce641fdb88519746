import type { ServerResponse } from 'node:http'
import type { EventPayload } from '@mayday/protocol/event'
import { captureThrown } from './capture.ts'
import type { Client } from './client.ts'
import type { Context } from './current-scope.ts'
import type { Exchange } from './exchange.ts'
import { describeResponse } from './request-data.ts'

/**
 * Captures an error that a request ran into, and leaves it to the final status whether it becomes
 * an event: with 5xx, or when the answer broke off, it does; else it stays a breadcrumb.
 *
 * @param mechanism what saw it, such as `express`
 * @returns the error id, at once, to be put into the answer
 */
export function captureUndecided(
  thrown: unknown,
  mechanism: string,
  context: Context,
  exchange: Exchange,
): string {
  // Only says that a framework tried to answer an error after the answer had begun.
  const isAftermath = exchange.hasEvent && codeOf(thrown) === 'ERR_HTTP_HEADERS_SENT'
  if (isAftermath && exchange.errorId !== undefined) return exchange.errorId
  exchange.isCandidate = false
  const errorId = captureThrown(
    thrown,
    { capture: { type: mechanism, handled: false }, level: 'error', context },
    (client, event) => decideLater(client, event, { thrown, context, exchange }),
  )
  exchange.isCandidate = true
  return errorId
}

type Candidate = { thrown: unknown; context: Context; exchange: Exchange }

function decideLater(client: Client, event: EventPayload, candidate: Candidate): void {
  const { thrown, context, exchange } = candidate
  const { response } = exchange
  const wasClientGone = response.destroyed && !response.writableFinished
  const decide = client.holdUndecided(() => {
    describeResponse(event, exchange)
    if (isFailure(exchange, wasClientGone, thrown)) {
      const ending = endingOf(exchange, wasClientGone)
      event.tags = {
        ...(response.headersSent ? { 'http.status_code': String(response.statusCode) } : {}),
        ...(ending === 'answered' ? {} : { 'http.ending': ending }),
        ...event.tags,
      }
      client.submit(event, { originalException: thrown })
    } else {
      client.addBreadcrumb(handledBreadcrumb(event, response.statusCode), context)
    }
  })
  if (response.closed) decide()
  else response.once('close', decide)
}

/**
 * How the answer to a request that failed ended: whole, broken off after it had begun, never begun,
 * or for a client that had left before the error.
 */
type Ending = 'answered' | 'broken_off' | 'unanswered' | 'client_gone'

function endingOf({ response }: Exchange, wasClientGone: boolean): Ending {
  if (wasClientGone) return 'client_gone'
  if (isWhole(response)) return 'answered'
  return response.headersSent ? 'broken_off' : 'unanswered'
}

function isFailure(exchange: Exchange, wasClientGone: boolean, thrown: unknown): boolean {
  const { response } = exchange
  // An error that only says that the client has left is the client's doing.
  if (wasClientGone && isAbort(thrown)) return false
  if (response.headersSent && isWhole(response)) return response.statusCode >= 500
  return true
}

/** An answer that is ended after it was destroyed calls itself finished. */
function isWhole(response: ServerResponse): boolean {
  return response.writableFinished && !response.errored
}

const ABORT_CODES: unknown[] = ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']

/** Also of another realm, and of fetch, whose AbortError is no native error. */
function isAbort(thrown: unknown): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false
  return textAt(thrown, 'name') === 'AbortError' || ABORT_CODES.includes(codeOf(thrown))
}

function codeOf(thrown: unknown): unknown {
  return textAt(thrown, 'code')
}

function textAt(thrown: unknown, key: 'name' | 'code'): unknown {
  try {
    return (thrown as Record<string, unknown> | null | undefined)?.[key]
  } catch {
    // A getter that throws: then it says nothing.
    return undefined
  }
}

function handledBreadcrumb(event: EventPayload, status: number) {
  const main = event.exception?.values.at(-1)
  return {
    category: 'exception',
    level: 'info' as const,
    message: `${main?.type}: ${main?.value}`,
    data: { status_code: status },
  }
}

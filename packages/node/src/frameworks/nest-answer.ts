import type { ServerResponse } from 'node:http'
import { getClient } from '../client.ts'
import { HEADERS_OF_OTHER_BODY, problemFor, readProperty, sendProblem } from '../failed-request.ts'
import type { ProblemAnswer } from '../problem-details.ts'
import type { ExceptionsHandler } from './nest-handlers.ts'

/** An error that was captured, by the response that it is to be answered with. */
export type Failures = WeakMap<object, { thrown: unknown; errorId: string; request: unknown }>

type Adapter = { reply(response: object, body: unknown, status?: number): unknown }

const MIN_SERVER_ERROR = 500

/**
 * Has Nest's own filter, the one that answers what no other takes, send the safe answer in place of
 * its own of 5xx. All else that it does stays: what status it finds, what it logs, and that it leaves
 * an answer alone that has begun.
 *
 * @returns where the error of each response is to be noted before the filter is asked
 */
export function answerSafely(handler: ExceptionsHandler): Failures {
  const failures: Failures = new WeakMap()
  const adapter = handler.applicationRef
  if (typeof readProperty(adapter, 'reply') !== 'function') return failures
  // Methods are bound, since an adapter may have private fields, which a proxy has not.
  handler.applicationRef = new Proxy(adapter as Adapter, {
    get(target, key) {
      if (key === 'reply') return replyOf(target, failures)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return failures
}

function replyOf(adapter: Adapter, failures: Failures): Adapter['reply'] {
  return (response, body, status) => {
    const failure = failures.get(response)
    if (failure === undefined || status === undefined || status < MIN_SERVER_ERROR) {
      return adapter.reply(response, body, status)
    }
    const { thrown, errorId, request } = failure
    if (isMadeByProgram(body)) return adapter.reply(response, body, status)
    let answer: ProblemAnswer
    try {
      const accept = readProperty(readProperty(request, 'headers'), 'accept')
      const accepted = typeof accept === 'string' ? accept : undefined
      answer = problemFor(thrown, status, errorId, accepted)
    } catch (error) {
      getClient()?.log(`could not make the answer: ${String(error)}`)
      return adapter.reply(response, body, status)
    }
    return isReply(response)
      ? sendByFastify(response, answer)
      : sendProblem(toNode(response), answer)
  }
}

/** Keys of the bodies that Nest makes of a text; these may tell a message that nobody should read. */
const KEYS_OF_NEST = new Set(['statusCode', 'message', 'error', 'errorCode'])

/** Such as the report of a health check, which comes with 503 and is made to be read. */
function isMadeByProgram(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false
  return Array.isArray(body) || Object.keys(body).some((key) => !KEYS_OF_NEST.has(key))
}

type Reply = {
  removeHeader(name: string): unknown
  hasHeader(name: string): boolean
  header(name: string, value: string): unknown
  code(status: number): unknown
  send(body: string): unknown
}

function isReply(response: object): response is Reply {
  return 'raw' in response && 'send' in response && 'code' in response
}

/** Middleware gets Node's response on either platform; Express' is one. */
function toNode(response: object): ServerResponse {
  return response as ServerResponse
}

function sendByFastify(reply: Reply, { status, headers, body }: ProblemAnswer): unknown {
  for (const name of HEADERS_OF_OTHER_BODY) reply.removeHeader(name)
  reply.code(status)
  for (const [name, value] of Object.entries(headers)) {
    // Fastify counts itself, after hooks that may have compressed the body.
    if (name === 'content-length' || (name === 'retry-after' && reply.hasHeader(name))) continue
    reply.header(name, value)
  }
  return reply.send(body)
}

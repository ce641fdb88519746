import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

/** What the transport needs to know of an answer. */
export type Answer = { status: number; rateLimits: string | null; retryAfter: string | null }

const MAX_REPLY_BYTES = 4096

/**
 * One POST that is over after `deadlineMs`, come what may. Does not keep the process alive, follows
 * no redirect and reads at most 4 KiB of the reply.
 *
 * @throws whatever the network does, and an error when the deadline has passed
 */
export function post(
  url: URL,
  headers: Record<string, string | number>,
  body: Uint8Array,
  agent: Agent,
  deadlineMs: number,
): Promise<Answer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const request = send(url, { method: 'POST', agent, headers })
    const deadline = setTimeout(() => {
      request.destroy(new Error(`no answer within ${deadlineMs} ms`))
    }, deadlineMs).unref()
    request.on('socket', (socket) => socket.unref())
    request.on('close', () => clearTimeout(deadline))
    // Also after the answer: a socket that breaks then is nobody's error.
    request.on('error', reject)
    request.on('response', (response) => {
      const answer = answerOf(response)
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_REPLY_BYTES) response.destroy()
      })
      response.on('close', () => resolve(answer))
      response.on('error', () => resolve(answer))
    })
    request.end(body)
  })
}

function answerOf(response: IncomingMessage): Answer {
  const { headers, statusCode } = response
  const retryAfter = headers['retry-after']?.trim()
  return {
    status: statusCode ?? 0,
    rateLimits: headers['x-sentry-rate-limits']?.toString() ?? null,
    // Rate limits run on a clock that does not jump, on which a date says nothing.
    retryAfter: retryAfter !== undefined && /^\d/.test(retryAfter) ? retryAfter : null,
  }
}

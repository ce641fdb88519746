import { formatRateLimits, formatRetryAfter, type RateLimit } from '@mayday/protocol/rate-limits'
import type { FastifyReply } from 'fastify'
import type { Refusal } from './refusal.ts'

/** Browsers let a page read an answer only with these; no credentials are used, so any origin may. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'x-sentry-error, x-sentry-rate-limits, retry-after',
}
const CORS_PREFLIGHT = {
  ...CORS,
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers':
    'x-sentry-auth, x-requested-with, x-forwarded-for, origin, referer, accept, content-type, ' +
    'authentication, authorization, content-encoding, transfer-encoding, sentry-trace, baggage',
  'access-control-max-age': '3600',
}
const JSON_TYPE = 'application/json; charset=utf-8'
const MAX_ERROR_HEADER_CHARS = 500

/** @param limits those that the sender has reached, also by a request that was accepted */
export function sendAccepted(
  reply: FastifyReply,
  eventId: string | undefined,
  limits: readonly RateLimit[],
): void {
  const body = eventId === undefined ? '{}' : `{"id":"${eventId}"}`
  void withLimits(reply.code(200).headers(CORS), limits).type(JSON_TYPE).send(body)
}

/** As the handlers of crashes read it: a UUID with dashes, as plain text. */
export function sendId(reply: FastifyReply, id: string): void {
  const uuid = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  void reply.code(200).headers(CORS).type('text/plain; charset=utf-8').send(uuid)
}

export function sendCheckedIn(reply: FastifyReply): void {
  void reply.code(202).headers(CORS).send()
}

export function sendRefusal(reply: FastifyReply, refusal: Refusal): void {
  withLimits(reply.code(refusal.status).headers(CORS), refusal.limits)
  if (refusal.retryAfterSeconds !== undefined) {
    void reply.header('retry-after', String(refusal.retryAfterSeconds))
  }
  if (refusal.limits.length > 0) void reply.header('retry-after', formatRetryAfter(refusal.limits))
  // What is still under way of the body would be read as the next request.
  if (refusal.status === 408 || refusal.status === 413) void reply.header('connection', 'close')
  void reply
    .header('x-sentry-error', headerText(refusal.message))
    .type(JSON_TYPE)
    .send(JSON.stringify({ detail: refusal.message, causes: causesOf(refusal) }))
}

export function sendPreflight(reply: FastifyReply): void {
  void reply.code(204).headers(CORS_PREFLIGHT).send()
}

function withLimits(reply: FastifyReply, limits: readonly RateLimit[]): FastifyReply {
  return limits.length === 0
    ? reply
    : reply.header('x-sentry-rate-limits', formatRateLimits(limits))
}

/** Only of what the sender did wrong: causes of other refusals tell about the inside of the server. */
function causesOf({ status, cause }: Refusal): string[] {
  return status < 500 && cause !== undefined ? [(cause as Error).message] : []
}

function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_ERROR_HEADER_CHARS)
}

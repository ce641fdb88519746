import type { FastifyInstance } from 'fastify'

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "object-src 'none'",
  "form-action 'self'",
].join('; ')

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Project ids begin at 1, so this is never the web API. */
const INTAKE = /^\/api\/[1-9]/

/**
 * Puts the same headers on every page, file, answer and error. (@fastify/helmet builds its headers
 * anew for each request, and cannot leave intake alone, where they would cost a tenth of the speed.)
 */
export function addSecurityHeaders(fastify: FastifyInstance, publicUrl: string): void {
  const isHttps = publicUrl.startsWith('https:')
  const headers = isHttps
    ? { ...HEADERS, 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
    : // On plain http a browser must ignore it.
      HEADERS
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!INTAKE.test(request.raw.url ?? '')) void reply.headers(headers)
    done()
  })
}

import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a writing request came from our own page. A browser always sends `Sec-Fetch-Site` or
 * `Origin` with a write and lets no page forge them; a client that sends neither is refused too and
 * should use a token.
 */
export function isSameSite(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const fetchSite = headers['sec-fetch-site']
  if (fetchSite !== undefined) return fetchSite === 'same-origin'
  const { origin } = headers
  if (origin === undefined || !URL.canParse(origin)) return false
  const { host, origin: parsed } = new URL(origin)
  // The Host header is what the browser itself connected to: people also come by an address other
  // than the public one, such as 127.0.0.1.
  return parsed === new URL(publicUrl).origin || host === headers.host
}

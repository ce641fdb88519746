import { isPublicKey } from './dsn.ts'
import { ProtocolError } from './errors.ts'

/** Who sends: what every request for intake must carry in one way or another. */
export type Auth = {
  /** 32 lower-case hex digits. */
  publicKey: string
  /** Version of the protocol, 1 to 7; 7 when the sender does not say. */
  version: number
  /** Name and version of the SDK, such as `sentry.python/2.68.0`. */
  client?: string
}

/** Where a request may carry it. Undefined: the request has no such header or query. */
export type AuthSources = {
  /** Header `X-Sentry-Auth`. */
  sentryAuth?: string | undefined
  /** Header `Authorization`, of which `Sentry …` and `Basic …` concern us. */
  authorization?: string | undefined
  /** Query string, with or without its question mark. */
  query?: string | undefined
}

const NEWEST_VERSION = 7

/**
 * Finds the first usable authentication in the order header, `Authorization`, query. Two at once are
 * fine: proxies double them. Undefined means that the request has none of these, so that the DSN in
 * the envelope may still speak for it.
 *
 * @throws ProtocolError of the first source when there are some and none is usable: `invalid_auth`,
 * `invalid_public_key` or `unsupported_version`
 */
export function parseAuth({ sentryAuth, authorization, query }: AuthSources): Auth | undefined {
  let failure: unknown
  for (const read of [
    () => readSentryAuth(sentryAuth),
    () => readAuthorization(authorization),
    () => readQuery(query),
  ]) {
    try {
      const auth = read()
      if (auth !== undefined) return auth
    } catch (error) {
      failure ??= error
    }
  }
  if (failure !== undefined) throw failure
  return undefined
}

function readSentryAuth(value: string | undefined): Auth | undefined {
  if (value === undefined || value.trim() === '') return undefined
  return fromPairs('X-Sentry-Auth header', splitPairs(value.trim().replace(/^sentry\s+/i, '')))
}

/** Other schemes, such as the bearer token of a proxy before us, are none of our business. */
function readAuthorization(value: string | undefined): Auth | undefined {
  const [, scheme, rest = ''] = /^\s*(sentry|basic)\s+(.*)$/is.exec(value ?? '') ?? []
  if (scheme === undefined) return undefined
  if (scheme.toLowerCase() === 'sentry') return fromPairs('Authorization header', splitPairs(rest))
  return toAuth('Authorization header', { publicKey: decodeBase64(rest.trim()).split(':')[0] })
}

function readQuery(query: string | undefined): Auth | undefined {
  const parameters = new URLSearchParams(query ?? '')
  if (!parameters.has('sentry_key')) return undefined
  return fromPairs('query', (name) => parameters.get(name) ?? undefined)
}

type Lookup = (name: string) => string | undefined

function splitPairs(text: string): Lookup {
  const pairs = new Map<string, string>()
  for (const part of text.split(',')) {
    const equals = part.indexOf('=')
    if (equals === -1) continue
    const name = part.slice(0, equals).trim()
    if (!pairs.has(name)) pairs.set(name, decodePercent(part.slice(equals + 1).trim()))
  }
  return (name) => pairs.get(name)
}

function fromPairs(source: string, lookUp: Lookup): Auth {
  return toAuth(source, {
    publicKey: lookUp('sentry_key'),
    version: lookUp('sentry_version'),
    client: lookUp('sentry_client'),
  })
}

function toAuth(
  source: string,
  parts: {
    publicKey: string | undefined
    version?: string | undefined
    client?: string | undefined
  },
): Auth {
  const publicKey = parts.publicKey?.toLowerCase() ?? ''
  if (publicKey === '') {
    throw new ProtocolError('invalid_auth', `The ${source} has no public key (sentry_key).`)
  }
  if (!isPublicKey(publicKey)) {
    throw new ProtocolError(
      'invalid_public_key',
      `The public key in the ${source} is not 32 hexadecimal digits.`,
    )
  }
  const version = parseVersion(parts.version)
  return { publicKey, version, ...(parts.client ? { client: parts.client } : {}) }
}

/** Raven's earliest clients wrote `2.0`; what is no number counts as absent. */
function parseVersion(text: string | undefined): number {
  const version = Number.parseInt(text ?? '', 10)
  if (version > NEWEST_VERSION) {
    throw new ProtocolError(
      'unsupported_version',
      `Version ${version} of the protocol is not known; the newest is ${NEWEST_VERSION}.`,
    )
  }
  return version >= 1 ? version : NEWEST_VERSION
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray percent sign is no escape: the text stands for itself.
    return text
  }
}

function decodeBase64(text: string): string {
  try {
    return atob(text)
  } catch (cause) {
    throw new ProtocolError('invalid_auth', 'The Authorization header is not valid Base64.', {
      cause,
    })
  }
}

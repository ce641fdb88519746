import { ProtocolError } from './errors.ts'

/** What an SDK is given: where to send, with which key, for which project. */
export type Dsn = {
  scheme: 'http' | 'https'
  /** 32 lower-case hex digits. */
  publicKey: string
  /** Name or address without port; an IPv6 address keeps its brackets. */
  host: string
  /** Absent when it is the scheme's own, 80 or 443. */
  port?: number
  /** Prefix under which the server lives, such as `/mayday`; empty at the root. */
  path: string
  projectId: number
}

const SHAPE = 'https://PUBLIC_KEY@HOST/PROJECT_ID'
const PUBLIC_KEY = /^[0-9a-f]{32}$/
const PROJECT_ID = /^[0-9]{1,16}$/

/**
 * Reads `{scheme}://{key}[:{secret}]@{host}[:{port}][{path}]/{project}`. The secret is a relic of old
 * SDKs and is ignored; so are spaces around the whole.
 *
 * @throws ProtocolError `invalid_dsn`, with a message that names the faulty part but never the secret
 */
export function parseDsn(text: string): Dsn {
  const url = parseUrl(text.trim())
  const scheme = url.protocol.slice(0, -1)
  if (scheme !== 'http' && scheme !== 'https') {
    throw invalid(`it begins with ${quote(url.protocol)} instead of http: or https:`)
  }
  if (url.username === '') throw invalid('the public key before the @ is missing')
  if (!isPublicKey(url.username.toLowerCase())) {
    throw invalid('the public key is not 32 hexadecimal digits')
  }
  if (url.search !== '' || url.hash !== '') throw invalid('there is text after a ? or #')
  const segments = url.pathname.replace(/\/+$/, '').split('/')
  return {
    scheme,
    publicKey: url.username.toLowerCase(),
    host: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    projectId: parseProjectId(segments.pop() ?? ''),
    path: segments.join('/'),
  }
}

/** The DSN as a string, without secret, such as `https://0123…@mayday.example/1`. */
export function formatDsn(dsn: Dsn): string {
  return `${dsn.scheme}://${dsn.publicKey}@${authority(dsn)}${dsn.path}/${dsn.projectId}`
}

/** Where envelopes of this DSN are posted. The slash at the end belongs to it. */
export function envelopeUrl(dsn: Dsn): string {
  return `${dsn.scheme}://${authority(dsn)}${dsn.path}/api/${dsn.projectId}/envelope/`
}

/** Where single events are posted by SDKs from before envelopes. */
export function storeUrl(dsn: Dsn): string {
  return `${dsn.scheme}://${authority(dsn)}${dsn.path}/api/${dsn.projectId}/store/`
}

/** Value of `X-Sentry-Auth`; `client` is name and version, such as `mayday.node/0.1.0`. */
export function authHeader(dsn: Dsn, client: string): string {
  return `Sentry sentry_version=7, sentry_key=${dsn.publicKey}, sentry_client=${client}`
}

/** Whether the text has the form of a public key: 32 lower-case hex digits. */
export function isPublicKey(text: string): boolean {
  return PUBLIC_KEY.test(text)
}

function parseUrl(text: string): URL {
  if (text === '') throw invalid('it is empty')
  try {
    return new URL(text)
  } catch (cause) {
    // The URL parser's message repeats its input, and with it a secret; so it is only the cause.
    throw invalid('it is not a URL', { cause })
  }
}

function parseProjectId(segment: string): number {
  if (segment === '') throw invalid('the project id after the last slash is missing')
  const id = Number(segment)
  if (!PROJECT_ID.test(segment) || id === 0 || !Number.isSafeInteger(id)) {
    throw invalid(`the project id ${quote(segment)} is not a positive whole number`)
  }
  return id
}

function authority(dsn: Dsn): string {
  return dsn.port === undefined ? dsn.host : `${dsn.host}:${dsn.port}`
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

function invalid(reason: string, options?: ErrorOptions): ProtocolError {
  return new ProtocolError(
    'invalid_dsn',
    `The DSN is wrong: ${reason}. Expected ${SHAPE}.`,
    options,
  )
}

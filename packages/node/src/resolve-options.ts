import { hostname } from 'node:os'
import { type Dsn, parseDsn } from '@mayday/protocol/dsn'
import {
  flag,
  hook,
  inRange,
  oneOf,
  patterns,
  text,
  textOption,
  type Warn,
} from './option-checks.ts'
import { type OwnOptions, REQUEST_BODY_BYTES } from './options.ts'
import { RELEASE_VARIABLES, releaseOfProcess } from './release.ts'
import type { ResolvedOptions } from './resolved-options.ts'

const MAX_BREADCRUMBS = 100
const MAX_VALUE_CHARS = 8192
const MAX_DEPTH = 5
const MAX_SHUTDOWN_TIMEOUT_MS = 60_000

/** Every variable of the environment that counts. */
export const VARIABLES: readonly string[] = [
  'MAYDAY_DSN',
  'SENTRY_DSN',
  'MAYDAY_ENVIRONMENT',
  'SENTRY_ENVIRONMENT',
  'NODE_ENV',
  ...RELEASE_VARIABLES,
]

/**
 * Applies defaults. Never throws: a wrong value is told to `warn` and replaced by its default.
 */
export function resolveOptions(
  options: OwnOptions,
  env: NodeJS.ProcessEnv,
  warn: Warn,
): ResolvedOptions {
  const count = (
    name: 'maxBreadcrumbs' | 'maxValueLength' | 'normalizeDepth',
    min: number,
    max: number,
  ) => Math.floor(inRange(name, options[name], [min, max], max, warn))
  const list = (name: 'ignoreErrors' | 'allowUrls' | 'denyUrls' | 'scrub') =>
    patterns(name, options[name], warn)
  return {
    dsn: flag('enabled', options.enabled, true, warn)
      ? resolveDsn(options.dsn ?? env.MAYDAY_DSN ?? env.SENTRY_DSN, warn)
      : undefined,
    release: textOption('release', options.release, warn) ?? releaseOfProcess(env),
    environment:
      textOption('environment', options.environment, warn) ??
      text(env.MAYDAY_ENVIRONMENT) ??
      text(env.SENTRY_ENVIRONMENT) ??
      text(env.NODE_ENV) ??
      'production',
    dist: textOption('dist', options.dist, warn),
    serverName: textOption('serverName', options.serverName, warn) ?? hostname(),
    debug: flag('debug', options.debug, false, warn),
    sampleRate: inRange('sampleRate', options.sampleRate, [0, 1], 1, warn),
    maxBreadcrumbs: count('maxBreadcrumbs', 0, MAX_BREADCRUMBS),
    maxValueChars: count('maxValueLength', 1, MAX_VALUE_CHARS),
    normalizeDepth: count('normalizeDepth', 1, MAX_DEPTH),
    attachStacktrace: flag('attachStacktrace', options.attachStacktrace, false, warn),
    beforeSend: hook('beforeSend', options.beforeSend, warn),
    beforeBreadcrumb: hook('beforeBreadcrumb', options.beforeBreadcrumb, warn),
    ignoreErrors: list('ignoreErrors'),
    allowUrls: list('allowUrls'),
    denyUrls: list('denyUrls'),
    scrub: list('scrub'),
    tunnel: resolveTunnel(options.tunnel, warn),
    sendClientReports: flag('sendClientReports', options.sendClientReports, true, warn),
    shutdownTimeoutMs: inRange(
      'shutdownTimeout',
      options.shutdownTimeout,
      [0, MAX_SHUTDOWN_TIMEOUT_MS],
      2000,
      warn,
    ),
    spoolDirectory: spoolDirectory(options.spoolDirectory, warn),
    maxRequestBodyBytes: oneOf(
      'maxRequestBodySize',
      options.maxRequestBodySize,
      REQUEST_BODY_BYTES,
      'none',
      warn,
    ),
    includeLocalVariables: flag(
      'includeLocalVariables',
      options.includeLocalVariables,
      false,
      warn,
    ),
  }
}

function resolveDsn(dsn: unknown, warn: Warn): Dsn | undefined {
  if (dsn === undefined || dsn === null || dsn === '') {
    warn('No DSN was given, so nothing is sent. Pass dsn to init, or set MAYDAY_DSN.')
    return undefined
  }
  try {
    return parseDsn(String(dsn))
  } catch (error) {
    warn(`${error instanceof Error ? error.message : 'The DSN is wrong.'} Nothing is sent.`)
    return undefined
  }
}

function resolveTunnel(tunnel: unknown, warn: Warn): string | undefined {
  if (tunnel === undefined || tunnel === null || tunnel === '') return undefined
  try {
    const { protocol, href } = new URL(String(tunnel))
    if (protocol === 'http:' || protocol === 'https:') return href
  } catch {
    // Said below, as for any other value that is no URL to post to.
  }
  warn('The option tunnel has to be a URL that begins with http: or https:; it is left out.')
  return undefined
}

function spoolDirectory(value: unknown, warn: Warn): string | false | undefined {
  if (value === undefined || value === false || text(value) !== undefined) {
    return value as string | false | undefined
  }
  warn('The option spoolDirectory has to be a path or false; the default is used.')
  return undefined
}

import { hostname } from 'node:os'
import { type Dsn, parseDsn } from '@mayday/protocol/dsn'
import type { Breadcrumb, EventPayload } from '@mayday/protocol/event'
import { findRelease } from './release.ts'

/** What {@link init} takes. Names are those of Sentry's SDK where the meaning is the same. */
export type Options = {
  /**
   * Where events go: `https://PUBLIC_KEY@HOST/PROJECT_ID`. Without one nothing is sent.
   * @default the environment variable `MAYDAY_DSN`
   */
  dsn?: string | undefined
  /**
   * Version of the running program.
   * @default `MAYDAY_RELEASE`, else the commit that a CI or hosting variable names, else git's HEAD
   */
  release?: string | undefined
  /** @default `MAYDAY_ENVIRONMENT`, else `NODE_ENV`, else `production` */
  environment?: string | undefined
  /** @default the host name */
  serverName?: string | undefined
  /** `false` switches everything off but the error ids. @default true */
  enabled?: boolean | undefined
  /** Says on stderr what is captured, sent and dropped. @default false */
  debug?: boolean | undefined
  /** Share of events that is sent, from 0 to 1. @default 1 */
  sampleRate?: number | undefined
  /** How many breadcrumbs an event carries, from 0 to 100. @default 100 */
  maxBreadcrumbs?: number | undefined
  /**
   * Sees each event last, after scrubbing. Returns it, changed or not, or `null` to drop it. If it
   * throws, or takes more than a second, the event is dropped, since it may hold what was to be cut.
   */
  beforeSend?: BeforeSend | undefined
  /** Sees each breadcrumb as it is added. Returns it, or `null` to drop it. */
  beforeBreadcrumb?: ((breadcrumb: Breadcrumb) => Breadcrumb | null) | undefined
  /** Errors whose `Type: message` contains one of the strings, or matches an expression, are dropped. */
  ignoreErrors?: (string | RegExp)[] | undefined
  /** Longest wait for unsent events when the process ends, in milliseconds. @default 2000 */
  shutdownTimeout?: number | undefined
  /**
   * Where events that cannot be sent are kept on disk, in a folder that only this user can read,
   * until a later start of the program sends them: 64 events and 8 MiB at most, for 7 days at most.
   * `false` keeps none.
   * @default the system's folder for temporary files
   */
  spoolDirectory?: string | false | undefined
  /**
   * Up to which size an event holds the body of the request: `small` 1,000 bytes, `medium` 10,000,
   * `always` 100,000. Values under keys that sound secret are filtered.
   * @default 'none'
   */
  maxRequestBodySize?: keyof typeof REQUEST_BODY_BYTES | undefined
  /** Whether frames of uncaught exceptions tell their local variables. @default false */
  includeLocalVariables?: boolean | undefined
}

const REQUEST_BODY_BYTES = { none: 0, small: 1000, medium: 10_000, always: 100_000 } as const

export type BeforeSend = (
  event: EventPayload,
  hint: EventHint,
) => EventPayload | null | PromiseLike<EventPayload | null>

/** What a hook is told beside the event. */
export type EventHint = {
  /** The value that was thrown or captured. */
  originalException?: unknown
}

/** {@link Options} with every default applied and every wrong value replaced. */
export type ResolvedOptions = {
  dsn: Dsn | undefined
  release: string | undefined
  environment: string
  serverName: string
  debug: boolean
  sampleRate: number
  maxBreadcrumbs: number
  beforeSend: BeforeSend | undefined
  beforeBreadcrumb: ((breadcrumb: Breadcrumb) => Breadcrumb | null) | undefined
  ignoreErrors: (string | RegExp)[]
  shutdownTimeoutMs: number
  spoolDirectory: string | false | undefined
  /** 0: none. */
  maxRequestBodyBytes: number
  includeLocalVariables: boolean
}

const MAX_BREADCRUMBS = 100
const MAX_SHUTDOWN_TIMEOUT_MS = 60_000

/**
 * Applies defaults. Never throws: a wrong value is told to `warn` and replaced by its default.
 */
export function resolveOptions(
  options: Options,
  env: NodeJS.ProcessEnv,
  warn: (line: string) => void,
): ResolvedOptions {
  return {
    dsn: options.enabled === false ? undefined : resolveDsn(options.dsn ?? env.MAYDAY_DSN, warn),
    release: text(options.release) ?? findRelease(env, process.cwd),
    environment:
      text(options.environment) ??
      text(env.MAYDAY_ENVIRONMENT) ??
      text(env.NODE_ENV) ??
      'production',
    serverName: text(options.serverName) ?? hostname(),
    debug: options.debug === true,
    sampleRate: inRange('sampleRate', options.sampleRate, 0, 1, 1, warn),
    maxBreadcrumbs: Math.floor(
      inRange('maxBreadcrumbs', options.maxBreadcrumbs, 0, MAX_BREADCRUMBS, MAX_BREADCRUMBS, warn),
    ),
    beforeSend: hook('beforeSend', options.beforeSend, warn),
    beforeBreadcrumb: hook('beforeBreadcrumb', options.beforeBreadcrumb, warn),
    ignoreErrors: patterns(options.ignoreErrors, warn),
    shutdownTimeoutMs: inRange(
      'shutdownTimeout',
      options.shutdownTimeout,
      0,
      MAX_SHUTDOWN_TIMEOUT_MS,
      2000,
      warn,
    ),
    spoolDirectory: spoolDirectory(options.spoolDirectory, warn),
    maxRequestBodyBytes: requestBodyBytes(options.maxRequestBodySize, warn),
    includeLocalVariables: options.includeLocalVariables === true,
  }
}

function resolveDsn(dsn: unknown, warn: (line: string) => void): Dsn | undefined {
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

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function inRange(
  name: string,
  value: unknown,
  min: number,
  max: number,
  fallback: number,
  warn: (line: string) => void,
): number {
  if (value === undefined) return fallback
  if (typeof value === 'number' && value >= min && value <= max) return value
  warn(`The option ${name} has to be a number from ${min} to ${max}; ${fallback} is used.`)
  return fallback
}

function spoolDirectory(value: unknown, warn: (line: string) => void): string | false | undefined {
  if (value === undefined || value === false || text(value) !== undefined) {
    return value as string | false | undefined
  }
  warn('The option spoolDirectory has to be a path or false; the default is used.')
  return undefined
}

function requestBodyBytes(value: unknown, warn: (line: string) => void): number {
  if (value === undefined) return 0
  if (typeof value === 'string' && Object.hasOwn(REQUEST_BODY_BYTES, value)) {
    return REQUEST_BODY_BYTES[value as keyof typeof REQUEST_BODY_BYTES]
  }
  const names = Object.keys(REQUEST_BODY_BYTES).join(', ')
  warn(`The option maxRequestBodySize has to be one of ${names}; none is used.`)
  return 0
}

function hook<T>(name: string, value: T, warn: (line: string) => void): T | undefined {
  if (value === undefined || typeof value === 'function') return value
  warn(`The option ${name} has to be a function; it is left out.`)
  return undefined
}

function patterns(value: unknown, warn: (line: string) => void): (string | RegExp)[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.every((p) => typeof p === 'string' || p instanceof RegExp)) {
    return value.slice()
  }
  warn(
    'The option ignoreErrors has to be a list of strings and regular expressions; it is left out.',
  )
  return []
}

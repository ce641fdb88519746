import type { CaptureContext } from './capture-context.ts'
import type { IGNORED_OPTIONS } from './ignored-options.ts'
import type { CustomIntegration } from './integration.ts'
import type { BeforeBreadcrumb, BeforeSend } from './resolved-options.ts'
import type { ScrubRules } from './scrub-rules.ts'

/**
 * What {@link init} takes. Names are those of Sentry's SDK where the meaning is the same. Options of
 * Sentry's that mean nothing here are taken and change nothing.
 */
export type Options = OwnOptions & { [name in (typeof IGNORED_OPTIONS)[number]]?: unknown }

export type OwnOptions = {
  /**
   * Where events go: `https://PUBLIC_KEY@HOST/PROJECT_ID`. Without one nothing is sent.
   * @default the environment variable `MAYDAY_DSN`, else `SENTRY_DSN`
   */
  dsn?: string | undefined
  /**
   * Version of the running program.
   * @default `MAYDAY_RELEASE`, else `SENTRY_RELEASE`, else the commit that a CI or hosting variable
   * names, else git's HEAD
   */
  release?: string | undefined
  /**
   * Where it runs, such as `staging`.
   * @default `MAYDAY_ENVIRONMENT`, else `SENTRY_ENVIRONMENT`, else `NODE_ENV`, else `production`
   */
  environment?: string | undefined
  /** Tells builds of one release apart. */
  dist?: string | undefined
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
  /** Characters of messages that are kept, from 1 to 8192. @default 8192 */
  maxValueLength?: number | undefined
  /** Levels of objects in contexts and extra that are kept, from 1 to 5. @default 5 */
  normalizeDepth?: number | undefined
  /** Whether messages tell the stack of the place that captured them. @default false */
  attachStacktrace?: boolean | undefined
  /** User, tags and so on for all events, as an object or by a function that sets them. */
  initialScope?: CaptureContext | undefined
  /**
   * Sees each event last, after scrubbing. Returns it, changed or not, or `null` to drop it. If it
   * throws, or takes more than a second, the event is dropped, since it may hold what was to be cut.
   */
  beforeSend?: BeforeSend | undefined
  /** Sees each breadcrumb as it is added. Returns it, or `null` to drop it. */
  beforeBreadcrumb?: BeforeBreadcrumb | undefined
  /** Errors whose `Type: message` contains one of the strings, or matches an expression, are dropped. */
  ignoreErrors?: (string | RegExp)[] | undefined
  /** Only errors are sent whose innermost frame of your code lies in a file that one of them matches. */
  allowUrls?: (string | RegExp)[] | undefined
  /** As `allowUrls`, for errors that are not sent. */
  denyUrls?: (string | RegExp)[] | undefined
  /**
   * Adds to what is filtered: names of keys (whole, in any spelling), and expressions, which filter
   * values under keys that they match, and what they match in texts. What is filtered anyway stays so.
   */
  scrub?: ScrubRules | undefined
  /** Adds integrations, or is given the defaults and returns those to use. */
  integrations?:
    | CustomIntegration[]
    | ((defaults: CustomIntegration[]) => CustomIntegration[])
    | undefined
  /** `false`: only those of `integrations`; a list: these instead of the defaults. */
  defaultIntegrations?: false | CustomIntegration[] | undefined
  /** URL that takes the envelopes in place of the DSN's host, and passes them on. */
  tunnel?: string | undefined
  /** Longest wait for unsent events when the process ends, in milliseconds. @default 2000 */
  shutdownTimeout?: number | undefined
  /** Whether the server is told how many events were dropped, and why. @default true */
  sendClientReports?: boolean | undefined
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

export const REQUEST_BODY_BYTES = { none: 0, small: 1000, medium: 10_000, always: 100_000 } as const

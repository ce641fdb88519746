import type { Dsn } from '@mayday/protocol/dsn'
import type { Breadcrumb, EventPayload } from '@mayday/protocol/event'
import type { EventHint } from './event-processors.ts'
import type { ScrubRules } from './scrub-rules.ts'

export type BeforeSend = (
  event: EventPayload,
  hint: EventHint,
) => EventPayload | null | PromiseLike<EventPayload | null>

export type BeforeBreadcrumb = (
  breadcrumb: Breadcrumb,
  hint: Record<string, unknown>,
) => Breadcrumb | null

/** Options of `init` with every default applied and every wrong value replaced. */
export type ResolvedOptions = {
  dsn: Dsn | undefined
  release: string | undefined
  environment: string
  dist: string | undefined
  serverName: string
  debug: boolean
  sampleRate: number
  maxBreadcrumbs: number
  maxValueChars: number
  normalizeDepth: number
  attachStacktrace: boolean
  beforeSend: BeforeSend | undefined
  beforeBreadcrumb: BeforeBreadcrumb | undefined
  ignoreErrors: (string | RegExp)[]
  allowUrls: (string | RegExp)[]
  denyUrls: (string | RegExp)[]
  scrub: ScrubRules
  tunnel: string | undefined
  sendClientReports: boolean
  shutdownTimeoutMs: number
  spoolDirectory: string | false | undefined
  /** 0: none. */
  maxRequestBodyBytes: number
  includeLocalVariables: boolean
}

/**
 * The event as it stands after normalisation: one spelling for everything, every field of its right
 * type. SDKs of ours send this shape; what other SDKs send is brought to it by the server's
 * normaliser. Field names are those of Sentry's event payload.
 */
export type EventPayload = {
  /** 32 lower-case hex digits. */
  event_id: string
  /** Seconds since 1970, with fraction: when it happened, by the client's clock. */
  timestamp: number
  platform: string
  level: Level
  logger?: string
  /** Route pattern or job name, such as `GET /orders/:id`. */
  transaction?: string
  server_name?: string
  release?: string
  dist?: string
  environment?: string
  logentry?: LogEntry
  /** Oldest cause first; the last one was thrown. */
  exception?: { values: Exception[] }
  threads?: { values: Thread[] }
  /** Oldest first. */
  breadcrumbs?: { values: Breadcrumb[] }
  request?: RequestInfo
  user?: User
  contexts?: Record<string, Record<string, unknown>>
  tags?: Record<string, string>
  extra?: Record<string, unknown>
  /** `{{ default }}` stands for what Mayday would have grouped by. */
  fingerprint?: string[]
  /** What old clients worked out themselves to group by; goes before the fingerprint. */
  checksum?: string
  modules?: Record<string, string>
  sdk?: SdkInfo
  debug_meta?: { images: Record<string, unknown>[] }
  /** What was dropped or changed on the way here, for the owner to see. */
  errors?: ProcessingNote[]
}

export const LEVELS = ['debug', 'info', 'warning', 'error', 'fatal'] as const
export type Level = (typeof LEVELS)[number]

/** `message` is the template (`user %s not found`), `formatted` what a person reads. */
export type LogEntry = {
  message?: string
  formatted?: string
  params?: unknown[] | Record<string, unknown>
}

export type Exception = {
  type?: string
  value?: string
  module?: string
  thread_id?: string
  mechanism?: Mechanism
  stacktrace?: StackTrace
}

export type Mechanism = {
  type: string
  /** `false`: nothing caught it. */
  handled?: boolean
  /** Type and value are made up; title and grouping use the function instead. */
  synthetic?: boolean
  description?: string
  source?: string
  is_exception_group?: boolean
  exception_id?: number
  parent_id?: number
  data?: Record<string, unknown>
  meta?: Record<string, unknown>
}

/** Oldest call first; the last frame is where it happened. */
export type StackTrace = { frames: Frame[] }

export type Frame = {
  function?: string
  module?: string
  package?: string
  filename?: string
  abs_path?: string
  /** 1-based. */
  lineno?: number
  /** 1-based. */
  colno?: number
  pre_context?: string[]
  context_line?: string
  post_context?: string[]
  in_app?: boolean
  platform?: string
  vars?: Record<string, unknown>
  data?: Record<string, unknown>
}

export type Thread = {
  id?: string
  name?: string
  crashed?: boolean
  current?: boolean
  stacktrace?: StackTrace
}

export type Breadcrumb = {
  /** Seconds since 1970. */
  timestamp?: number
  type?: string
  category?: string
  level?: Level
  message?: string
  data?: Record<string, unknown>
}

export type RequestInfo = {
  method?: string
  /** Without query and fragment. */
  url?: string
  query_string?: [string, string][]
  fragment?: string
  headers?: [string, string][]
  cookies?: [string, string][]
  data?: unknown
  env?: Record<string, unknown>
}

export type User = {
  id?: string
  username?: string
  email?: string
  name?: string
  ip_address?: string
  data?: Record<string, unknown>
}

export type SdkInfo = {
  name?: string
  version?: string
  packages?: { name: string; version: string }[]
  integrations?: string[]
}

/** `type` is a code such as `invalid_data`, `name` the field's path, `value` what stood there, shortened. */
export type ProcessingNote = { type: string; name?: string; value?: string }

import type { Breadcrumb, EventPayload, Level } from '@mayday/protocol/event'
import type { CaptureContext, CaptureHint } from './capture-context.ts'
import type { EventHint, EventProcessor } from './event-processors.ts'
import type { ResolvedOptions } from './resolved-options.ts'
import type { Scope } from './scope.ts'

/**
 * An integration of the program's own, in the shape of Sentry's. None of its functions can harm the
 * program by throwing; an event whose `processEvent` throws is dropped.
 */
export type CustomIntegration = {
  /** A default of the same name is replaced. */
  name: string
  /** Called once in the life of the process. */
  setupOnce?(): void
  /** Called for each `init`. */
  setup?(client: ClientHandle): void
  /** Called when all others were set up. */
  afterAllSetup?(client: ClientHandle): void
  /** Sees each event before secrets are filtered; `null` drops it. */
  processEvent?(
    event: EventPayload,
    hint: EventHint,
    client: ClientHandle,
  ): EventPayload | null | PromiseLike<EventPayload | null>
}

/** What `getClient` gives: the running SDK, as far as a program needs to reach it. */
export type ClientHandle = {
  getOptions(): Readonly<ResolvedOptions>
  getDsn(): DsnParts | undefined
  captureException(thrown: unknown, hint?: CaptureContext | CaptureHint, scope?: Scope): string
  captureMessage(message: string, level?: Level, hint?: CaptureHint, scope?: Scope): string
  captureEvent(event: Partial<EventPayload>, hint?: CaptureHint, scope?: Scope): string
  addBreadcrumb(breadcrumb: Breadcrumb): void
  addEventProcessor(processor: EventProcessor): void
  addIntegration(integration: CustomIntegration): void
  getIntegrationByName(name: string): CustomIntegration | undefined
  flush(timeoutMs?: number): Promise<boolean>
  close(timeoutMs?: number): Promise<boolean>
}

/** A DSN in Sentry's parts. */
export type DsnParts = {
  protocol: 'http' | 'https'
  publicKey: string
  host: string
  port: string
  path: string
  projectId: string
}

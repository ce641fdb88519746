import { withScope } from './current-scope.ts'
import type { Scope } from './scope.ts'

/**
 * Mayday measures no traces. These calls of Sentry's SDK run what they are given and do nothing else,
 * so that an app that makes them can move over as it is.
 */
export type Span = {
  end(endTime?: unknown): void
  setAttribute(key: string, value: unknown): Span
  setAttributes(attributes: Record<string, unknown>): Span
  setStatus(status: unknown): Span
  updateName(name: string): Span
  addEvent(...args: unknown[]): Span
  addLink(link: unknown): Span
  addLinks(links: unknown[]): Span
  recordException(...args: unknown[]): void
  isRecording(): boolean
  spanContext(): { traceId: string; spanId: string; traceFlags: number }
}

export type StartSpanOptions = { name: string; [option: string]: unknown }

/** Calls back with a span that records nothing. Returns what the callback returns; what it throws is thrown. */
export function startSpan<T>(_options: StartSpanOptions, callback: (span: Span) => T): T {
  return callback(NO_SPAN)
}

/** As {@link startSpan}; `finish` does nothing. */
export function startSpanManual<T>(
  _options: StartSpanOptions,
  callback: (span: Span, finish: () => void) => T,
): T {
  return callback(NO_SPAN, () => undefined)
}

/** A span that records nothing. */
export function startInactiveSpan(_options: StartSpanOptions): Span {
  return NO_SPAN
}

/** Calls back. The trace id of a request comes from its header `traceparent` by itself. */
export function continueTrace<T>(_headers: Record<string, unknown>, callback: () => T): T {
  return callback()
}

/** Calls back. */
export function startNewTrace<T>(callback: () => T): T {
  return callback()
}

/** Calls back. */
export function suppressTracing<T>(callback: () => T): T {
  return callback()
}

/** Calls back with a scope, as `withScope` does. */
export function withActiveSpan<T>(_span: Span | null, callback: (scope: Scope) => T): T {
  return withScope(callback)
}

/** There never is one. */
export function getActiveSpan(): Span | undefined {
  return undefined
}

/** The span itself. */
export function getRootSpan(span: Span): Span {
  return span
}

/** Does nothing. */
export function setMeasurement(_name: string, _value: number, _unit: string): void {
  // There is no span that could keep it.
}

/** Does nothing. */
export function updateSpanName(_span: Span, _name: string): void {
  // There is no span that could keep it.
}

/** Empty: nothing is added to requests to other hosts. */
export function getTraceData(): Record<string, string> {
  return {}
}

/** Empty, as {@link getTraceData}. */
export function getTraceMetaTags(): string {
  return ''
}

const NO_SPAN: Span = {
  end: () => undefined,
  setAttribute: () => NO_SPAN,
  setAttributes: () => NO_SPAN,
  setStatus: () => NO_SPAN,
  updateName: () => NO_SPAN,
  addEvent: () => NO_SPAN,
  addLink: () => NO_SPAN,
  addLinks: () => NO_SPAN,
  recordException: () => undefined,
  isRecording: () => false,
  spanContext: () => ({
    traceId: '00000000000000000000000000000000',
    spanId: '0000000000000000',
    traceFlags: 0,
  }),
}

import type { EventPayload } from '@mayday/protocol/event'
import { Scope, type ScopeData } from './scope.ts'

/** Data for one event, beside that of the scopes: an object, a scope, or a function that sets them. */
export type CaptureContext = ScopeData | Scope | ((scope: Scope) => unknown)

/** The same in the shape of Sentry's hint. */
export type CaptureHint = { captureContext?: CaptureContext }

/** Merges it into the event. What it does wrong is its own loss: the event stays. */
export function applyCaptureContext(
  event: EventPayload,
  given: CaptureContext | CaptureHint | undefined,
): void {
  if (given === undefined || given === null) return
  const scope = new Scope()
  try {
    const isHint = typeof given === 'object' && 'captureContext' in given
    scope.update(isHint ? given.captureContext : (given as CaptureContext))
  } catch {
    // The program's function, or a getter of its object, threw: what was set until then counts.
  }
  scope.applyTo(event)
}

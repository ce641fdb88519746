import type { EventPayload } from '@mayday/protocol/event'
import { cut, EXTRA_BOUNDS, type Json, toJson } from './bounded.ts'
import type { ResolvedOptions } from './resolved-options.ts'

/** Shortens what is longer, or deeper, than the program asked for; after secrets were filtered. */
export function limitValues(event: EventPayload, options: ResolvedOptions): void {
  limitTexts(event, options.maxValueChars)
  if (options.normalizeDepth >= EXTRA_BOUNDS.maxDepth) return
  if (event.extra) event.extra = limitDepth(event.extra, options.normalizeDepth)
  for (const [name, context] of Object.entries(event.contexts ?? {})) {
    event.contexts = { ...event.contexts, [name]: limitDepth(context, options.normalizeDepth) }
  }
}

function limitTexts(event: EventPayload, maxChars: number): void {
  for (const exception of event.exception?.values ?? []) {
    if (typeof exception.value === 'string') exception.value = cut(exception.value, maxChars)
  }
  const text = event.logentry?.formatted
  if (event.logentry && typeof text === 'string') event.logentry.formatted = cut(text, maxChars)
  for (const breadcrumb of event.breadcrumbs?.values ?? []) {
    if (typeof breadcrumb.message === 'string')
      breadcrumb.message = cut(breadcrumb.message, maxChars)
  }
}

function limitDepth(record: Record<string, unknown>, maxDepth: number): Record<string, Json> {
  const copy = toJson(record, { ...EXTRA_BOUNDS, maxDepth })
  return copy as Record<string, Json>
}

import type { Event } from '@mayday/protocol/api/events'

/** The status the request was answered with: a context, or a tag when it was settled only later. */
export function responseStatus(event: Event): string | undefined {
  const status = event.contexts.response?.status_code
  if (typeof status === 'number') return String(status)
  return event.tags.find(({ key }) => key === 'http.status_code')?.value
}

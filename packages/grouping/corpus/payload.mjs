// From a request's body to the event as the corpus keeps it.
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

/** What the server's normalisation makes of it, as far as these SDKs need it, without what never counts. */
export function toEventPayload(raw) {
  const event = withoutNulls(raw)
  for (const name of ['modules', 'extra', 'breadcrumbs', 'request', 'user', 'spans', 'server_name'])
    delete event[name]
  event.contexts = { ...(event.contexts?.runtime ? { runtime: event.contexts.runtime } : {}) }
  event.sdk = { name: event.sdk?.name, version: event.sdk?.version }
  event.level ??= 'error'
  event.timestamp =
    typeof event.timestamp === 'number' ? event.timestamp : Date.parse(event.timestamp) / 1000
  if (Array.isArray(event.exception)) event.exception = { values: event.exception }
  if (Array.isArray(event.threads)) event.threads = { values: event.threads }
  if (event.message) event.logentry ??= { formatted: event.message }
  delete event.message
  for (const holder of [...(event.exception?.values ?? []), ...(event.threads?.values ?? [])]) {
    for (const frame of holder.stacktrace?.frames ?? []) {
      for (const name of ['pre_context', 'post_context', 'vars']) delete frame[name]
      if (frame.function === '?') delete frame.function
    }
  }
  return event
}

function withoutNulls(value) {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      inner === null ? [] : [[key, withoutNulls(inner)]],
    ),
  )
}

export function unpacked(body, encoding) {
  if (encoding === 'gzip') return gunzipSync(body)
  if (encoding === 'deflate') return inflateSync(body)
  return encoding === 'br' ? brotliDecompressSync(body) : body
}

/** The event items of an envelope; SDKs write each on one line. */
export function eventsIn(text) {
  const lines = text.split('\n')
  return lines.flatMap((line, i) => {
    if (i === 0 || !/^\{"type": ?"event"|"type": ?"event"[^{]*\}$/.test(line.slice(0, 300)))
      return []
    const item = JSON.parse(line)
    return item.type === 'event' && !item.event_id ? [JSON.parse(lines[i + 1])] : []
  })
}

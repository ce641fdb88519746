import type { EventPayload } from '@mayday/protocol/event'
import { MAX_TAG_VALUE_CHARS } from '@mayday/protocol/limits'
import { cut } from './normalize/notes.ts'

export type Tag = { key: string; value: string }

/** Nearly every event has a value of its own: shown with the event, never counted per issue. */
const UNBOUNDED = new Set(['url', 'user', 'trace', 'trace_id', 'span_id', 'request_id', 'replayId'])

/** Tags that an issue's page shows the distribution of. Names are Sentry's. */
export function countedTags(event: EventPayload): Tag[] {
  return eventTags(event).filter(({ key }) => !UNBOUNDED.has(key))
}

/** The event's own tags and those derived from its fields, these first; one value for a key. */
export function eventTags(event: EventPayload): Tag[] {
  const tags: Tag[] = []
  const add = (key: string, value: unknown) => {
    if (typeof value !== 'string' && typeof value !== 'number') return
    const text = String(value)
      .replace(/[\r\n]+/g, ' ')
      .trim()
    if (text !== '') tags.push({ key, value: cut(text, MAX_TAG_VALUE_CHARS) })
  }
  const { contexts } = event
  add('level', event.level)
  add('environment', event.environment)
  add('release', event.release)
  add('dist', event.dist)
  add('transaction', event.transaction)
  add('server_name', event.server_name)
  add('logger', event.logger)
  addMechanism(event, add)
  add('http.status_code', contexts?.response?.status_code)
  add('runtime', nameAndVersion(contexts?.runtime))
  add('os', nameAndVersion(contexts?.os))
  add('browser', nameAndVersion(contexts?.browser))
  add('device', contexts?.device?.family ?? contexts?.device?.model)
  add('url', event.request?.url)
  add('user', userTag(event))
  add('trace', contexts?.trace?.trace_id)
  const derived = new Set(tags.map(({ key }) => key))
  for (const [key, value] of Object.entries(event.tags ?? {})) {
    if (!derived.has(key)) tags.push({ key, value })
  }
  return tags
}

/** How the exception was caught that the event is about: the last one of the chain. */
function addMechanism(event: EventPayload, add: (key: string, value: unknown) => void): void {
  const mechanism = event.exception?.values.at(-1)?.mechanism
  if (mechanism === undefined) return
  add('mechanism', mechanism.type)
  if (mechanism.handled !== undefined) add('handled', mechanism.handled ? 'yes' : 'no')
}

function nameAndVersion(context: Record<string, unknown> | undefined): string | undefined {
  const { name, version } = context ?? {}
  if (typeof name !== 'string' || name === '') return undefined
  return typeof version === 'string' && version !== '' ? `${name} ${version}` : name
}

/** What tells users apart, in the order of what SDKs know best; undefined for an unknown user. */
export function userTag({ user }: EventPayload): string | undefined {
  if (user?.id) return `id:${user.id}`
  if (user?.username) return `username:${user.username}`
  if (user?.email) return `email:${user.email}`
  if (user?.ip_address) return `ip:${user.ip_address}`
  return undefined
}

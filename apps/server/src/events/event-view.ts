import { type Grouping, groupEvent } from '@mayday/grouping/group-event'
import type { ApiUser, Event, EventSummary } from '@mayday/protocol/api/events'
import type { EventPayload, User } from '@mayday/protocol/event'
import type { z } from 'zod'
import { readEvent, type StoredEvent } from './event-data.ts'
import { entriesOf } from './event-entries.ts'
import { eventTags } from './event-tags.ts'

export type EventRow = StoredEvent & {
  /** As it is in the database, with dashes. */
  eventId: string
  projectId: number
  issueId: string
  occurredAt: Date
  size: number
}

/** Where the event stands among those of its issue; ids as in the database. */
export type Neighbours = {
  previousId: string | null
  nextId: string | null
  position: number | null
}

/** An event in the web API's shape, everything in it. */
export function eventOf(row: EventRow, neighbours: Neighbours): Event {
  const payload = readEvent(row)
  const grouping = groupEvent(payload)
  const { hash, algorithm, parts } = grouping
  return {
    ...headOf(row, payload, grouping),
    type: grouping.kind,
    dateReceived: row.receivedAt.toISOString(),
    size: row.size,
    metadata: metadataOf(grouping),
    contexts: payload.contexts ?? {},
    context: payload.extra ?? {},
    packages: payload.modules ?? {},
    sdk: payload.sdk
      ? { name: payload.sdk.name ?? null, version: payload.sdk.version ?? null }
      : null,
    release: payload.release === undefined ? null : { version: payload.release },
    dist: payload.dist ?? null,
    errors: (payload.errors ?? []).map(({ type, name = null, value = null }) => ({
      type,
      name,
      value,
    })),
    fingerprints: [hash],
    entries: entriesOf(payload),
    previousEventID: neighbours.previousId && hexId(neighbours.previousId),
    nextEventID: neighbours.nextId && hexId(neighbours.nextId),
    _meta: {},
    position: neighbours.position,
    environment: payload.environment ?? null,
    level: payload.level,
    transaction: payload.transaction ?? null,
    grouping: { hash, algorithm, parts },
  }
}

/** One line of a list of events. */
export function eventSummaryOf(row: EventRow): EventSummary {
  const payload = readEvent(row)
  const grouping = groupEvent(payload)
  return { ...headOf(row, payload, grouping), 'event.type': grouping.kind }
}

/** A database id as the API writes it: 32 hex digits. */
export function hexId(uuid: string): string {
  return uuid.replaceAll('-', '')
}

function headOf(row: EventRow, payload: EventPayload, grouping: Grouping) {
  const eventId = hexId(row.eventId)
  return {
    id: eventId,
    eventID: eventId,
    groupID: row.issueId,
    projectID: String(row.projectId),
    title: grouping.title,
    message: payload.logentry?.formatted ?? payload.logentry?.message ?? '',
    dateCreated: row.occurredAt.toISOString(),
    platform: payload.platform,
    tags: eventTags(payload),
    user: payload.user ? userOf(payload.user) : null,
    culprit: grouping.culprit,
    location: grouping.crashFrame?.filename ?? null,
  }
}

function metadataOf({ type, value, title, crashFrame }: Grouping): Record<string, unknown> {
  return {
    type,
    value,
    title,
    filename: crashFrame?.filename ?? null,
    function: crashFrame?.function ?? null,
  }
}

function userOf(user: User): z.infer<typeof ApiUser> {
  return {
    id: user.id ?? null,
    email: user.email ?? null,
    username: user.username ?? null,
    name: user.name ?? null,
    ip_address: user.ip_address ?? null,
    data: user.data ?? null,
  }
}

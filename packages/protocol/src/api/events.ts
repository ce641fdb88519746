import { z } from 'zod'

const Bag = z.record(z.string(), z.unknown())
const Pairs = z.array(z.tuple([z.string(), z.string()]))

export const ApiFrame = z.object({
  filename: z.string().nullable(),
  absPath: z.string().nullable(),
  module: z.string().nullable(),
  package: z.string().nullable(),
  platform: z.string().nullable(),
  function: z.string().nullable(),
  lineNo: z.number().nullable(),
  colNo: z.number().nullable(),
  inApp: z.boolean(),
  vars: Bag.nullable(),
  /** `[line number, source line]`, in order. Empty when no source is known. */
  context: z.array(z.tuple([z.number(), z.string()])),
  /** What a source map changed: `{ sourcemap, orig_filename, … }`. */
  data: Bag.nullable(),
})
export type ApiFrame = z.infer<typeof ApiFrame>

export const ApiStackTrace = z.object({
  /** Oldest call first. */
  frames: z.array(ApiFrame),
  framesOmitted: z.null(),
  registers: z.null(),
  hasSystemFrames: z.boolean(),
})
export type ApiStackTrace = z.infer<typeof ApiStackTrace>

export const ApiException = z.object({
  type: z.string().nullable(),
  value: z.string().nullable(),
  module: z.string().nullable(),
  threadId: z.string().nullable(),
  mechanism: Bag.nullable(),
  stacktrace: ApiStackTrace.nullable(),
  rawStacktrace: z.null(),
})
export type ApiException = z.infer<typeof ApiException>

export const ApiBreadcrumb = z.object({
  timestamp: z.string().nullable(),
  type: z.string(),
  category: z.string().nullable(),
  level: z.string(),
  message: z.string().nullable(),
  data: Bag.nullable(),
  event_id: z.null(),
})
export type ApiBreadcrumb = z.infer<typeof ApiBreadcrumb>

export const ApiRequest = z.object({
  method: z.string().nullable(),
  /** Absolute, or null. */
  url: z.string().nullable(),
  query: Pairs,
  headers: Pairs,
  cookies: Pairs,
  data: z.unknown(),
  env: Bag.nullable(),
  fragment: z.string().nullable(),
  inferredContentType: z.string().nullable(),
})
export type ApiRequest = z.infer<typeof ApiRequest>

export const EventEntry = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('exception'),
    data: z.object({
      values: z.array(ApiException),
      hasSystemFrames: z.boolean(),
      excOmitted: z.null(),
    }),
  }),
  z.object({
    type: z.literal('threads'),
    data: z.object({
      values: z.array(
        z.object({
          id: z.string().nullable(),
          name: z.string().nullable(),
          current: z.boolean(),
          crashed: z.boolean(),
          stacktrace: ApiStackTrace.nullable(),
        }),
      ),
    }),
  }),
  z.object({
    type: z.literal('message'),
    data: z.object({
      formatted: z.string().nullable(),
      message: z.string().nullable(),
      params: z.unknown(),
    }),
  }),
  z.object({ type: z.literal('request'), data: ApiRequest }),
  z.object({
    type: z.literal('breadcrumbs'),
    data: z.object({ values: z.array(ApiBreadcrumb) }),
  }),
])
export type EventEntry = z.infer<typeof EventEntry>

export const ApiUser = z.object({
  id: z.string().nullable(),
  email: z.string().nullable(),
  username: z.string().nullable(),
  name: z.string().nullable(),
  ip_address: z.string().nullable(),
  data: Bag.nullable(),
})

/** One part that counted when the event was grouped, in order. */
export const GroupingPart = z.object({
  /** Such as `type`, `module`, `function`, `context_line`, `message`, `fingerprint`. */
  kind: z.string(),
  value: z.string(),
})

/** One event with everything in it. Sentry's field names; `position` and below are ours. */
export const Event = z
  .object({
    id: z.string(),
    eventID: z.string(),
    groupID: z.string(),
    projectID: z.string(),
    title: z.string(),
    message: z.string(),
    platform: z.string(),
    type: z.enum(['error', 'default', 'csp', 'generic']),
    culprit: z.string().nullable(),
    location: z.string().nullable(),
    dateCreated: z.string(),
    dateReceived: z.string(),
    /** Bytes of the event as received, unpacked. */
    size: z.number(),
    metadata: Bag,
    tags: z.array(z.object({ key: z.string(), value: z.string() })),
    user: ApiUser.nullable(),
    contexts: z.record(z.string(), Bag),
    /** The event's `extra`. */
    context: Bag,
    /** The event's `modules`. */
    packages: z.record(z.string(), z.string()),
    sdk: z.object({ name: z.string().nullable(), version: z.string().nullable() }).nullable(),
    release: z.object({ version: z.string() }).nullable(),
    dist: z.string().nullable(),
    errors: z.array(
      z.object({ type: z.string(), name: z.string().nullable(), value: z.string().nullable() }),
    ),
    fingerprints: z.array(z.string()),
    entries: z.array(EventEntry),
    previousEventID: z.string().nullable(),
    nextEventID: z.string().nullable(),
    _meta: Bag,
    /** 1 = oldest event of the issue still kept; null beyond 10,000, where counting would cost too much. */
    position: z.number().nullable(),
    environment: z.string().nullable(),
    level: z.enum(['debug', 'info', 'warning', 'error', 'fatal']),
    transaction: z.string().nullable(),
    grouping: z.object({
      hash: z.string(),
      algorithm: z.string(),
      parts: z.array(GroupingPart),
    }),
  })
  .meta({ id: 'Event' })
export type Event = z.infer<typeof Event>

/** One line of an issue's list of events. */
export const EventSummary = z
  .object({
    id: z.string(),
    eventID: z.string(),
    groupID: z.string(),
    projectID: z.string(),
    title: z.string(),
    message: z.string(),
    dateCreated: z.string(),
    platform: z.string(),
    tags: z.array(z.object({ key: z.string(), value: z.string() })),
    user: ApiUser.nullable(),
    culprit: z.string().nullable(),
    location: z.string().nullable(),
    'event.type': z.string(),
  })
  .meta({ id: 'EventSummary' })
export type EventSummary = z.infer<typeof EventSummary>

/** Where the event of an error id is. */
export const EventLocation = z
  .object({
    organizationSlug: z.string(),
    projectSlug: z.string(),
    groupId: z.string(),
    eventId: z.string(),
  })
  .meta({ id: 'EventLocation' })
export type EventLocation = z.infer<typeof EventLocation>

/** The same with the event itself, as Sentry answers. */
export const EventLookup = EventLocation.extend({ event: Event }).meta({ id: 'EventLookup' })
export type EventLookup = z.infer<typeof EventLookup>

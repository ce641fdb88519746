import { z } from 'zod'

/** `[seconds since 1970 at the start of the bucket, number of events]`, oldest first, no gaps. */
export const Series = z.array(z.tuple([z.number(), z.number()]))
export type Series = z.infer<typeof Series>

export const ISSUE_STATUSES = ['unresolved', 'resolved', 'ignored'] as const
export const IssueStatus = z.enum(ISSUE_STATUSES)
export type IssueStatus = z.infer<typeof IssueStatus>

export const IssueProject = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  platform: z.string().nullable(),
})

export const IssueMetadata = z.object({
  type: z.string().nullable(),
  value: z.string().nullable(),
  filename: z.string().nullable(),
  function: z.string().nullable(),
  title: z.string().nullable(),
})

/** One row of an issue list. Sentry's field names; those under the second comment are ours. */
export const Issue = z
  .object({
    id: z.string(),
    shortId: z.string(),
    title: z.string(),
    culprit: z.string().nullable(),
    permalink: z.string(),
    level: z.enum(['debug', 'info', 'warning', 'error', 'fatal']),
    type: z.enum(['error', 'default', 'csp', 'generic']),
    platform: z.string(),
    logger: z.string().nullable(),
    status: IssueStatus,
    substatus: z.enum(['new', 'ongoing', 'regressed', 'archived_forever']).nullable(),
    statusDetails: z.record(z.string(), z.unknown()),
    firstSeen: z.string(),
    lastSeen: z.string(),
    /** Decimal number as a string, as Sentry has it. */
    count: z.string(),
    userCount: z.number(),
    project: IssueProject,
    metadata: IssueMetadata,
    assignedTo: z.null(),
    isBookmarked: z.boolean(),
    isSubscribed: z.boolean(),
    isPublic: z.boolean(),
    hasSeen: z.boolean(),
    isUnhandled: z.boolean(),
    issueType: z.string(),
    issueCategory: z.string(),
    priority: z.string(),
    numComments: z.number(),
    annotations: z.array(z.unknown()),
    shareId: z.null(),
    subscriptionDetails: z.null(),
    /** `24h` hourly or `14d` daily, whichever `groupStatsPeriod` asked for (default 24h). */
    stats: z.record(z.string(), Series),
    lifetime: z.object({
      count: z.string(),
      userCount: z.number(),
      firstSeen: z.string(),
      lastSeen: z.string(),
      stats: z.null(),
    }),
    filtered: z.null(),
    // Mayday's own
    /** Route or job of the latest event, such as `GET /orders/:id`. */
    transaction: z.string().nullable(),
    firstReleaseVersion: z.string().nullable(),
    lastReleaseVersion: z.string().nullable(),
    /** The issue was first seen in the project's newest release. */
    isNewInRelease: z.boolean(),
    /** Release in which a resolved issue came back, or null. */
    regressedInRelease: z.string().nullable(),
  })
  .meta({ id: 'Issue' })
export type Issue = z.infer<typeof Issue>

export const Activity = z.object({
  id: z.string(),
  type: z.enum(['first_seen', 'set_resolved', 'set_unresolved', 'set_ignored', 'set_regression']),
  dateCreated: z.string(),
  user: z.object({ id: z.string(), name: z.string(), email: z.string().nullable() }).nullable(),
  data: z.record(z.string(), z.unknown()),
})
export type Activity = z.infer<typeof Activity>

export const ReleaseRef = z.object({ version: z.string(), dateCreated: z.string() })

export const TagValue = z.object({
  key: z.string(),
  name: z.string(),
  value: z.string(),
  count: z.number(),
  firstSeen: z.string(),
  lastSeen: z.string(),
})
export type TagValue = z.infer<typeof TagValue>

/** Values of one tag within an issue, the most frequent first. */
export const TagDetail = z
  .object({
    key: z.string(),
    name: z.string(),
    totalValues: z.number(),
    uniqueValues: z.number(),
    topValues: z.array(TagValue),
  })
  .meta({ id: 'TagDetail' })
export type TagDetail = z.infer<typeof TagDetail>

/** The issue by itself: the row's fields, and what only its page needs. */
export const IssueDetail = Issue.extend({
  activity: z.array(Activity),
  firstRelease: ReleaseRef.nullable(),
  lastRelease: ReleaseRef.nullable(),
  tags: z.array(TagDetail),
  userReportCount: z.number(),
  seenBy: z.array(z.unknown()),
  participants: z.array(z.unknown()),
  /** Share of this issue among all events of its project in the last 24 hours, 0 to 1. */
  shareOfProject: z.number(),
}).meta({ id: 'IssueDetail' })
export type IssueDetail = z.infer<typeof IssueDetail>

/** Strict: what is not understood is refused, never left undone in silence. */
export const IssueUpdate = z
  .strictObject({
    status: z.enum(['resolved', 'unresolved', 'ignored']),
    statusDetails: z.record(z.string(), z.unknown()).optional(),
    substatus: z.string().nullable().optional(),
  })
  .meta({ id: 'IssueUpdate' })
export type IssueUpdate = z.infer<typeof IssueUpdate>

export const IssueHash = z.object({
  /** 32 hex digits. */
  id: z.string(),
  algorithm: z.string(),
  latestEvent: z.unknown().nullable(),
})
export type IssueHash = z.infer<typeof IssueHash>

/** What a change in bulk set on every issue it found. */
export const IssuesUpdated = z
  .object({
    status: IssueStatus,
    statusDetails: z.record(z.string(), z.unknown()),
    substatus: z.string().nullable(),
  })
  .meta({ id: 'IssuesUpdated' })

export const ShortIdLookup = z
  .object({
    organizationSlug: z.string(),
    projectSlug: z.string(),
    groupId: z.string(),
    shortId: z.string(),
    group: Issue,
  })
  .meta({ id: 'ShortIdLookup' })

/** What stands above the issue list of a project, for one period and environment. */
export const ProjectOverview = z
  .object({
    events: z.number(),
    /** Distinct users of all environments, counted up to 100,000 sightings. */
    users: z.number(),
    /** Null when no event named a release yet. */
    newestRelease: z.string().nullable(),
    newInRelease: z.number(),
    regressed: z.number(),
    series: Series,
    /** Releases first seen within the period. */
    releases: z.array(z.object({ version: z.string(), firstSeen: z.string() })),
    /** Issues seen within the period; 1,000 means "at least". */
    counts: z.object({
      unresolved: z.number(),
      new: z.number(),
      regressed: z.number(),
      resolved: z.number(),
      ignored: z.number(),
    }),
    /** Whether the project ever received an event: decides between the list and the set-up page. */
    hasEvents: z.boolean(),
  })
  .meta({ id: 'ProjectOverview' })
export type ProjectOverview = z.infer<typeof ProjectOverview>

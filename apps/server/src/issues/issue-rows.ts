import type { Issue, Series } from '@mayday/protocol/api/issues'
import { LEVELS } from '@mayday/protocol/event'
import { iso } from '../db/iso.ts'
import { formatShortId } from './short-id.ts'
import { ARCHIVED_FOREVER, IGNORED, RESOLVED, STATUSES, SUBSTATUSES } from './statuses.ts'

/** Columns of `issue i join project p join organization o` that an issue in the API is made of. */
export const ISSUE_COLUMNS = `i.id::text, i.number, i.status, i.substatus, i.level, i.kind, i.type, i.value,
  i.title, i.culprit, i.transaction, i.filename, i.function, i.platform, i.logger, i.is_unhandled,
  ${iso('i.first_seen')} as first_seen, ${iso('i.last_seen')} as last_seen,
  i.first_release, i.last_release, i.regressed_in_release, i.times_seen::text, i.users_seen,
  p.id::text as project_id, p.slug as project_slug, p.name as project_name,
  p.platform as project_platform, o.slug as organization_slug,
  i.first_release is not null and i.first_release is not distinct from (
    select r.version from release r where r.project_id = i.project_id
    order by r.first_seen desc, r.id desc limit 1) as is_new_in_release`

export type IssueRow = {
  id: string
  number: number
  status: number
  substatus: number
  level: number
  kind: string
  type: string | null
  value: string | null
  title: string
  culprit: string | null
  transaction: string | null
  filename: string | null
  function: string | null
  platform: string
  logger: string | null
  is_unhandled: boolean
  first_seen: string
  last_seen: string
  first_release: string | null
  last_release: string | null
  regressed_in_release: string | null
  times_seen: string
  users_seen: number
  project_id: string
  project_slug: string
  project_name: string
  project_platform: string | null
  organization_slug: string
  is_new_in_release: boolean
}

export function issueOf(row: IssueRow, publicUrl: string, stats: Record<string, Series>): Issue {
  const { type, value, filename, title } = row
  const seen = { firstSeen: row.first_seen, lastSeen: row.last_seen }
  const counts = { count: row.times_seen, userCount: row.users_seen }
  return {
    id: row.id,
    shortId: formatShortId(row.project_slug, row.number),
    title,
    culprit: row.culprit,
    permalink: `${publicUrl}/${row.organization_slug}/issues/${row.id}/`,
    level: LEVELS[row.level] ?? 'error',
    type: row.kind === 'default' ? 'default' : 'error',
    platform: row.platform,
    logger: row.logger,
    status: STATUSES[row.status] ?? 'unresolved',
    substatus: substatusOf(row),
    statusDetails: {},
    ...seen,
    ...counts,
    project: {
      id: row.project_id,
      slug: row.project_slug,
      name: row.project_name,
      platform: row.project_platform,
    },
    metadata: { type, value, filename, function: row.function, title },
    ...UNKNOWN_HERE,
    isUnhandled: row.is_unhandled,
    priority: (LEVELS[row.level] ?? 'error') === 'fatal' ? 'high' : 'medium',
    stats,
    lifetime: { ...counts, ...seen, stats: null },
    filtered: null,
    transaction: row.transaction,
    firstReleaseVersion: row.first_release,
    lastReleaseVersion: row.last_release,
    isNewInRelease: row.is_new_in_release,
    regressedInRelease: row.regressed_in_release,
  }
}

/** Sentry's fields for what Mayday does not have; clients insist on them. */
const UNKNOWN_HERE = {
  assignedTo: null,
  isBookmarked: false,
  isSubscribed: false,
  isPublic: false,
  hasSeen: true,
  issueType: 'error',
  issueCategory: 'error',
  numComments: 0,
  annotations: [],
  shareId: null,
  subscriptionDetails: null,
}

function substatusOf({ status, substatus }: IssueRow): Issue['substatus'] {
  if (status === RESOLVED) return null
  if (status === IGNORED) return SUBSTATUSES[ARCHIVED_FOREVER]
  return SUBSTATUSES[substatus] ?? null
}

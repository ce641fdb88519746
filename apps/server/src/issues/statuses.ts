import type { IssueStatus } from '@mayday/protocol/api/issues'

/** The number in the database is the place in these lists. */
export const STATUSES = ['unresolved', 'resolved', 'ignored'] as const satisfies IssueStatus[]
export const SUBSTATUSES = ['new', 'ongoing', 'regressed', 'archived_forever'] as const

export const UNRESOLVED = 0
export const RESOLVED = 1
export const IGNORED = 2

export const NEW = 0
export const ONGOING = 1
export const REGRESSED = 2
export const ARCHIVED_FOREVER = 3

export const SORTS = {
  date: 'Last seen',
  new: 'First seen',
  freq: 'Events',
  user: 'Users',
} as const
export type Sort = keyof typeof SORTS

export const PERIODS = {
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '14d': 'Last 14 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
} as const
export type Period = keyof typeof PERIODS

export type ProjectScope = {
  organization: string
  project: string
  environment?: string | undefined
  statsPeriod: Period
}
export type IssueFilter = ProjectScope & { query: string; sort: Sort; cursor?: string | undefined }

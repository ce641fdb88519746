import { z } from 'zod'
import { PageParams, Repeatable } from '../http/params.ts'
import { PeriodParams } from '../http/period.ts'

/** `date` last seen, `new` first seen, `freq` events, `user` users; Sentry's others fall back to `date`. */
const Sort = z
  .enum(['date', 'new', 'freq', 'user', 'recommended', 'trends', 'inbox'])
  .default('date')
  .transform((sort) => (sort === 'new' || sort === 'freq' || sort === 'user' ? sort : 'date'))

export const IssueListParams = PageParams.extend({
  ...PeriodParams.shape,
  /** Absent: `is:unresolved`; empty: everything. */
  query: z.string().optional(),
  sort: Sort,
  /** Ids or slugs; `-1` is all. */
  project: Repeatable,
  groupStatsPeriod: z.enum(['24h', '14d', '', 'auto']).default('24h'),
  shortIdLookup: z.string().max(8).optional(),
})
export type IssueListParams = z.infer<typeof IssueListParams>

/** Which issues a change in bulk is about: ids, else all that a query finds. */
export const BulkParams = IssueListParams.extend({
  id: Repeatable.refine(
    (ids) => ids.every((id) => /^\d{1,18}$/.test(id)),
    'must be ids of issues, digits only',
  ),
})
export type BulkParams = z.infer<typeof BulkParams>

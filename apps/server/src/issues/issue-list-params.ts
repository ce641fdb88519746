import { z } from 'zod'
import { PageParams, Repeatable } from '../http/params.ts'
import { parseTime, periodMs } from './search-times.ts'

/** `date` last seen, `new` first seen, `freq` events, `user` users; Sentry's others fall back to `date`. */
const Sort = z
  .enum(['date', 'new', 'freq', 'user', 'recommended', 'trends', 'inbox'])
  .default('date')
  .transform((sort) => (sort === 'new' || sort === 'freq' || sort === 'user' ? sort : 'date'))

const Period = z
  .string()
  .refine((text) => text === '' || periodMs(text) !== undefined, 'must look like 24h or 14d')
  .transform((text) => (text === '' ? undefined : periodMs(text)))
  .optional()

const Time = z
  .string()
  .transform((text, context) => {
    const time = parseTime(text)
    if (!time) context.addIssue('must look like 2026-01-31T10:00:00')
    return time
  })
  .optional()

/** The time that a query looks at. */
export const PeriodParams = z.object({
  statsPeriod: Period,
  start: Time,
  end: Time,
  environment: Repeatable,
})

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

export type Window = { from: Date | undefined; until: Date | undefined }

/** `statsPeriod` counts back from now; `start` and `end` go before it. */
export function windowOf(params: z.infer<typeof PeriodParams>, now: Date): Window {
  if (params.start || params.end) return { from: params.start, until: params.end }
  return {
    from:
      params.statsPeriod === undefined ? undefined : new Date(now.getTime() - params.statsPeriod),
    until: undefined,
  }
}

/** Which issues a change in bulk is about: ids, else all that a query finds. */
export const BulkParams = IssueListParams.extend({
  id: Repeatable.refine(
    (ids) => ids.every((id) => /^\d{1,18}$/.test(id)),
    'must be ids of issues, digits only',
  ),
})
export type BulkParams = z.infer<typeof BulkParams>

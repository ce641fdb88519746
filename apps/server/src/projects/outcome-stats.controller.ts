import { OutcomeStats } from '@mayday/protocol/api/outcomes'
import { Controller, Get, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { Repeatable } from '../http/params.ts'
import { PeriodParams, periodMs, windowOf } from '../http/period.ts'
import {
  DAY_MS,
  type Grouping,
  HOUR_MS,
  intervalsOf,
  outcomeSeries,
} from '../outcomes/outcome-series.queries.ts'
import { chosenProjects } from './chosen-projects.ts'

const GROUPINGS: readonly string[] = ['outcome', 'reason', 'category', 'project']
/** Sentry's word for the reason of what was accepted. */
const NO_REASON = 'none'

const Params = PeriodParams.pick({ statsPeriod: true, start: true, end: true }).extend({
  field: Repeatable.refine(
    (fields) => fields.every((field) => field === 'sum(quantity)'),
    'must be sum(quantity)',
  ),
  groupBy: Repeatable.refine(
    (names) => names.every((name) => GROUPINGS.includes(name)),
    'must be outcome, reason, category or project',
  ),
  interval: z
    .string()
    .default('1h')
    .refine((text) => isInterval(periodMs(text)), 'must divide a day, such as 1h, 6h or 1d'),
  outcome: Repeatable,
  reason: Repeatable,
  category: Repeatable,
  project: Repeatable,
})

@ApiTags('Outcomes')
@Controller('api/0/organizations/:organization/stats_v2')
export class OutcomeStatsController {
  constructor(private readonly database: DataSource) {}

  @Needs('org:read')
  @Get()
  @Answers('How items of all projects ended, in the shape of Sentry', OutcomeStats)
  async stats(
    @WithCaller() { organizationIds }: Caller,
    @Query({ schema: Params }) params: z.infer<typeof Params>,
  ): Promise<OutcomeStats> {
    const now = new Date()
    // The ledger keeps hours, so that shorter intervals are answered with hours.
    const stepMs = Math.max(HOUR_MS, periodMs(params.interval) ?? HOUR_MS)
    const intervals = intervalsOf(windowOf(params, now), stepMs, now)
    const groups = await outcomeSeries(this.database, {
      projectIds: await chosenProjects(this.database, organizationIds, params.project),
      groupBy: [...new Set(params.groupBy)] as Grouping[],
      intervals,
      only: {
        outcome: params.outcome,
        reason: params.reason.map((reason) => (reason === NO_REASON ? '' : reason)),
        category: params.category,
      },
      mergeErrors: true,
    })
    return {
      start: intervals.starts[0]?.toISOString() ?? '',
      end: intervals.end.toISOString(),
      intervals: intervals.starts.map((start) => start.toISOString()),
      groups: groups.map(({ by, quantity, series }) => ({
        by: by.reason === '' ? { ...by, reason: NO_REASON } : by,
        totals: { 'sum(quantity)': quantity },
        series: { 'sum(quantity)': series },
      })),
    }
  }
}

function isInterval(ms: number | undefined): boolean {
  if (ms === undefined || ms < 60_000) return false
  return DAY_MS % ms === 0 && (ms < HOUR_MS || ms % HOUR_MS === 0)
}

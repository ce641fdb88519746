import { ProjectOutcomes } from '@mayday/protocol/api/outcomes'
import { Controller, Get, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import { sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { PeriodParams, windowOf } from '../http/period.ts'
import { DAY_MS, HOUR_MS, intervalsOf, outcomeSeries } from '../outcomes/outcome-series.queries.ts'
import { droppedBy, reasonSentence } from '../outcomes/reason-sentence.ts'
import { findProject } from './find-project.ts'

const Params = PeriodParams.pick({ statsPeriod: true, start: true, end: true }).extend({
  interval: z.enum(['hour', 'day']).default('hour'),
  /** Public half of a project key. */
  key: z.string().max(64).optional(),
})

@ApiTags('Outcomes')
@Controller('api/0/projects/:organization/:project/outcomes')
export class OutcomesController {
  constructor(private readonly database: DataSource) {}

  @Needs('project:read')
  @Get()
  @Answers('How items of a project ended, and why', ProjectOutcomes)
  async outcomes(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Query({ schema: Params }) params: z.infer<typeof Params>,
  ): Promise<ProjectOutcomes> {
    const { id } = await findProject(this.database, organizationIds, slug)
    const now = new Date()
    const stepMs = params.interval === 'day' ? DAY_MS : HOUR_MS
    const intervals = intervalsOf(windowOf(params, now), stepMs, now)
    const groups = await outcomeSeries(this.database, {
      projectIds: [id],
      keyId: params.key ? await this.#keyId(id, params.key) : undefined,
      groupBy: ['outcome', 'reason', 'category'],
      intervals,
    })
    return {
      start: intervals.starts[0]?.toISOString() ?? '',
      end: intervals.end.toISOString(),
      interval: params.interval,
      intervals: intervals.starts.map((start) => start.toISOString()),
      rows: groups.map(({ by, quantity, series }) => ({
        outcome: String(by.outcome),
        reason: String(by.reason),
        sentence: reasonSentence(String(by.reason)),
        by: droppedBy(String(by.reason)),
        category: String(by.category),
        quantity,
        series,
      })),
    }
  }

  async #keyId(projectId: number, publicKey: string): Promise<number> {
    const row = await sqlOne<{ id: number }>(
      this.database,
      'select id from project_key where project_id = $1 and public_key = $2',
      [projectId, publicKey],
    )
    if (!row) throw new AppError('not_found', 'The project has no such key.')
    return row.id
  }
}

import { ProjectOverview } from '@mayday/protocol/api/issues'
import { Controller, Get, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import type { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { PeriodParams } from '../http/period.ts'
import { findProject } from '../projects/find-project.ts'
import { projectOverview } from './project-overview.ts'

const USUAL_PERIOD_MS = 86_400_000
const LONGEST_PERIOD_MS = 365 * 86_400_000

const OverviewParams = PeriodParams.pick({ statsPeriod: true, environment: true })

@ApiTags('Projects')
@Controller('api/0/projects/:organization/:project/overview')
export class OverviewController {
  constructor(private readonly database: DataSource) {}

  @Needs('event:read')
  @Get()
  @Answers('What stands above the issue list of a project', ProjectOverview)
  async overview(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Query({ schema: OverviewParams }) params: z.infer<typeof OverviewParams>,
  ): Promise<ProjectOverview> {
    const { id } = await findProject(this.database, organizationIds, slug)
    return projectOverview(this.database, {
      projectId: id,
      periodMs: Math.min(params.statsPeriod ?? USUAL_PERIOD_MS, LONGEST_PERIOD_MS),
      environments: params.environment.filter((name) => name !== ''),
      now: new Date(),
    })
  }
}

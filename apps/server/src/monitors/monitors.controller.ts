import { Monitor, MonitorCheckIn } from '@mayday/protocol/api/monitors'
import { Controller, Delete, Get, HttpCode, Inject, Param, Query, Req, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import type { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import type { Config } from '../config.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { CONFIG } from '../http/injected.ts'
import { linkPages, parseCursor } from '../http/page.ts'
import { PageParams, pageSize } from '../http/params.ts'
import { findProject } from '../projects/find-project.ts'
import { findMonitor, listCheckIns, listMonitors } from './monitors.queries.ts'

const PATH = 'projects/:organization/:project/monitors'

@ApiTags('Monitors')
@Controller('api/0')
export class MonitorsController {
  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Needs('project:read')
  @Get(PATH)
  @Answers('Scheduled tasks of a project, with what they did last', Monitor.array())
  async list(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
  ): Promise<Monitor[]> {
    const project = await findProject(this.database, organizationIds, slug)
    return listMonitors(this.database, [project.id])
  }

  @Needs('project:read')
  @Get(`${PATH}/:monitor`)
  @Answers('One scheduled task', Monitor)
  async one(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('monitor') name: string,
  ): Promise<Monitor> {
    const project = await findProject(this.database, organizationIds, slug)
    return findMonitor(this.database, project.id, name)
  }

  @Needs('project:read')
  @Get(`${PATH}/:monitor/checkins`)
  @Answers('Runs of a scheduled task, the newest first, by pages', MonitorCheckIn.array())
  async checkIns(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('monitor') name: string,
    @Query({ schema: PageParams }) params: z.infer<typeof PageParams>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MonitorCheckIn[]> {
    const project = await findProject(this.database, organizationIds, slug)
    const { id } = await findMonitor(this.database, project.id, name)
    const wanted = { limit: pageSize(params), cursor: parseCursor(params.cursor) }
    const page = await listCheckIns(this.database, id, wanted)
    linkPages(request, reply, this.config.url, page)
    return page.rows
  }

  @Needs('project:write')
  @Delete(`${PATH}/:monitor`)
  @HttpCode(204)
  @Answers('Deletes a scheduled task and its runs; the next check-in makes it anew', undefined, 204)
  async delete(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('monitor') name: string,
  ): Promise<void> {
    const project = await findProject(this.database, organizationIds, slug)
    const { id } = await findMonitor(this.database, project.id, name)
    await this.database.query('delete from monitor where id = $1', [id])
  }
}

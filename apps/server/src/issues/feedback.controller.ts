import { Feedback } from '@mayday/protocol/api/feedback'
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common'
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
import { feedbackOf, listFeedback } from './feedback.queries.ts'
import { findIssue } from './find-issues.ts'

const OF_ISSUE = [
  'issues/:issue/user-reports',
  'organizations/:organization/issues/:issue/user-reports',
]
type Params = z.infer<typeof PageParams>

@ApiTags('Feedback')
@Controller('api/0')
export class FeedbackController {
  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Needs('event:read')
  @Get(OF_ISSUE)
  @Answers('What people wrote about an issue, the newest first, by pages', Feedback.array())
  async ofIssue(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
    @Query({ schema: PageParams }) params: Params,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Feedback[]> {
    const issue = await findIssue(this.database, organizationIds, id)
    const place = { column: 'issue_id', value: issue.id } as const
    return this.#list(place, params, request, reply)
  }

  @Needs('event:read')
  @Get('projects/:organization/:project/user-feedback')
  @Answers('What people wrote about a project, the newest first, by pages', Feedback.array())
  async ofProject(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Query({ schema: PageParams }) params: Params,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Feedback[]> {
    const project = await findProject(this.database, organizationIds, slug)
    const place = { column: 'project_id', value: project.id } as const
    return this.#list(place, params, request, reply)
  }

  async #list(
    place: Parameters<typeof listFeedback>[1],
    params: Params,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Feedback[]> {
    const wanted = { limit: pageSize(params), cursor: parseCursor(params.cursor) }
    const page = await listFeedback(this.database, place, wanted)
    linkPages(request, reply, this.config.url, page)
    return page.rows.map(feedbackOf)
  }
}

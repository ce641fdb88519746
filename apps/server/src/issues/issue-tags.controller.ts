import { TagDetail, TagValue } from '@mayday/protocol/api/issues'
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { CONFIG } from '../http/injected.ts'
import { linkSlice, parseCursor } from '../http/page.ts'
import { PageParams, pageSize } from '../http/params.ts'
import { findIssue } from './find-issues.ts'
import { issueTags, issueTagValues } from './issue-tags.queries.ts'

const PATHS = ['issues/:issue/tags', 'organizations/:organization/issues/:issue/tags']
const below = (rest: string) => PATHS.map((path) => `${path}/${rest}`)

const TOP_VALUES = 9
/** Digest keeps fewer values than this per tag and issue. */
const MOST_VALUES = 10_000

const ValueParams = PageParams.extend({ query: z.string().max(200).optional() })

@ApiTags('Tags')
@Controller('api/0')
export class IssueTagsController {
  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Needs('event:read')
  @Get(PATHS)
  @Answers('Tags of an issue with their most frequent values', TagDetail.array())
  async list(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
  ): Promise<TagDetail[]> {
    const issue = await findIssue(this.database, organizationIds, id)
    return issueTags(this.database, issue.id, TOP_VALUES)
  }

  @Needs('event:read')
  @Get(below(':key'))
  @Answers('One tag of an issue with its most frequent values', TagDetail)
  async one(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
    @Param('key') key: string,
  ): Promise<TagDetail> {
    const issue = await findIssue(this.database, organizationIds, id)
    const [tag] = await issueTags(this.database, issue.id, TOP_VALUES, key)
    if (!tag) throw new AppError('not_found', `No event of this issue has a counted tag "${key}".`)
    return tag
  }

  @Needs('event:read')
  @Get(below(':key/values'))
  @Answers('Values of one tag of an issue, the most frequent first', TagValue.array())
  async values(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
    @Param('key') key: string,
    @Query({ schema: ValueParams }) params: z.infer<typeof ValueParams>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TagValue[]> {
    const issue = await findIssue(this.database, organizationIds, id)
    const rows = await issueTagValues(
      this.database,
      { issueId: issue.id, key, text: params.query },
      MOST_VALUES,
    )
    return linkSlice(request, reply, this.config.url, {
      rows,
      limit: pageSize(params),
      cursor: parseCursor(params.cursor),
    })
  }
}

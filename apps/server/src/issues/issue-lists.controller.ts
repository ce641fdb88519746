import { Issue, IssuesUpdated, IssueUpdate } from '@mayday/protocol/api/issues'
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { type Caller, WithCaller } from '../account/caller.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { CONFIG } from '../http/injected.ts'
import { chosenProjects } from '../projects/chosen-projects.ts'
import { findProject } from '../projects/find-project.ts'
import { ownedIssueIds } from './find-issues.ts'
import { changedKeys, checkUpdate, deleteIssues, setStatus } from './issue-actions.ts'
import { findIssueIds } from './issue-list.queries.ts'
import { BulkParams, IssueListParams } from './issue-list-params.ts'
import { answerIssueList, filterOf } from './list-issues.ts'

/** As many issues as one change in bulk may touch. */
const MOST_IN_BULK = 1_000

const PATHS = ['organizations/:organization/issues', 'projects/:organization/:project/issues']

@ApiTags('Issues')
@Controller('api/0')
export class IssueListsController {
  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Needs('event:read')
  @Get(PATHS)
  @Answers('Issues, by pages', Issue.array())
  async list(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') project: string | undefined,
    @Query({ schema: IssueListParams }) params: IssueListParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Issue[]> {
    const projectIds = await this.projectIds(organizationIds, project, params.project)
    const place = { database: this.database, publicUrl: this.config.url, organizationIds }
    return answerIssueList(place, projectIds, params, { request, reply })
  }

  @Needs('event:write')
  @Put(PATHS)
  @Answers('Set the status of the issues named by id, or found by query', IssuesUpdated)
  async update(
    @WithCaller() { organizationIds, account }: Caller,
    @Param('project') project: string | undefined,
    @Query({ schema: BulkParams }) params: BulkParams,
    @Body({ schema: IssueUpdate }) update: IssueUpdate,
  ): Promise<object> {
    checkUpdate(update)
    const ids = await this.chosenIssues(organizationIds, project, params)
    await setStatus(this.database, ids, update.status, account?.id ?? null)
    return changedKeys(update)
  }

  @Needs('event:admin')
  @Delete(PATHS)
  @HttpCode(204)
  @Answers('Delete the issues named by id, or found by query', undefined, 204)
  async remove(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') project: string | undefined,
    @Query({ schema: BulkParams }) params: BulkParams,
  ): Promise<void> {
    await deleteIssues(this.database, await this.chosenIssues(organizationIds, project, params))
  }

  private async projectIds(
    organizationIds: number[],
    project: string | undefined,
    chosen: string[],
  ): Promise<number[]> {
    if (project === undefined) return chosenProjects(this.database, organizationIds, chosen)
    return [(await findProject(this.database, organizationIds, project)).id]
  }

  private async chosenIssues(
    organizationIds: number[],
    project: string | undefined,
    params: BulkParams,
  ): Promise<string[]> {
    const projectIds = await this.projectIds(organizationIds, project, params.project)
    if (params.id.length > 0) {
      const ids = await ownedIssueIds(this.database, projectIds, params.id)
      if (ids.length === 0) throw new AppError('not_found')
      return ids
    }
    if (params.query === undefined) {
      throw new AppError('invalid_request', 'Say which issues: send id (repeatable) or query.')
    }
    return findIssueIds(this.database, filterOf(projectIds, params), MOST_IN_BULK)
  }
}

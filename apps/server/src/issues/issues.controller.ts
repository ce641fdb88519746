import {
  Activity,
  IssueDetail,
  IssueHash,
  IssueUpdate,
  ShortIdLookup,
} from '@mayday/protocol/api/issues'
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import type { Config } from '../config.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { CONFIG } from '../http/injected.ts'
import { findIssue } from './find-issues.ts'
import { checkUpdate, deleteIssues, setStatus } from './issue-actions.ts'
import {
  issueActivity,
  issueHashes,
  issueReleases,
  shareOfProject,
} from './issue-detail.queries.ts'
import { type IssueRow, issueOf } from './issue-rows.ts'
import { issueSeries } from './issue-stats.queries.ts'
import { issueTags } from './issue-tags.queries.ts'
import { formatShortId } from './short-id.ts'

const PATHS = ['issues/:issue', 'organizations/:organization/issues/:issue']
const below = (rest: string) => PATHS.map((path) => `${path}/${rest}`)

const TOP_VALUES = 5

@ApiTags('Issues')
@Controller('api/0')
export class IssuesController {
  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Needs('event:read')
  @Get(PATHS)
  @Answers('One issue, by id or short id', IssueDetail)
  async one(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
  ): Promise<IssueDetail> {
    return this.detail(await findIssue(this.database, organizationIds, id))
  }

  @Needs('event:write')
  @Put(PATHS)
  @Answers('Set the status of an issue', IssueDetail)
  async update(
    @WithCaller() { organizationIds, account }: Caller,
    @Param('issue') id: string,
    @Body({ schema: IssueUpdate }) update: IssueUpdate,
  ): Promise<IssueDetail> {
    checkUpdate(update)
    const issue = await findIssue(this.database, organizationIds, id)
    await setStatus(this.database, [issue.id], update.status, account?.id ?? null)
    return this.detail(await findIssue(this.database, organizationIds, issue.id))
  }

  @Needs('event:admin')
  @Delete(PATHS)
  @HttpCode(204)
  @Answers('Delete an issue with its events', undefined, 204)
  async remove(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
  ): Promise<void> {
    const issue = await findIssue(this.database, organizationIds, id)
    await deleteIssues(this.database, [issue.id])
  }

  @Needs('event:read')
  @Get(below('hashes'))
  @Answers('Grouping hashes that lead to an issue', IssueHash.array())
  async hashes(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
  ): Promise<IssueHash[]> {
    const issue = await findIssue(this.database, organizationIds, id)
    return issueHashes(this.database, issue.id)
  }

  @Needs('event:read')
  @Get(below('activities'))
  @Answers('What happened to an issue, the latest first', z.object({ activity: Activity.array() }))
  async activities(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
  ): Promise<{ activity: Activity[] }> {
    const issue = await findIssue(this.database, organizationIds, id)
    return { activity: await issueActivity(this.database, issue) }
  }

  @Needs('event:read')
  @Get('organizations/:organization/shortids/:shortId')
  @Answers('The issue of a short id', ShortIdLookup)
  async byShortId(
    @WithCaller() { organizationIds }: Caller,
    @Param('shortId') shortId: string,
  ): Promise<z.infer<typeof ShortIdLookup>> {
    const issue = await findIssue(this.database, organizationIds, shortId)
    return {
      organizationSlug: issue.organization_slug,
      projectSlug: issue.project_slug,
      groupId: issue.id,
      shortId: formatShortId(issue.project_slug, issue.number),
      group: issueOf(issue, this.config.url, {}),
    }
  }

  private async detail(issue: IssueRow): Promise<IssueDetail> {
    const now = new Date()
    const all = { environments: [], now }
    const [hours, days, activity, releases, tags, share] = await Promise.all([
      issueSeries(this.database, [issue.id], '24h', all),
      issueSeries(this.database, [issue.id], '14d', all),
      issueActivity(this.database, issue),
      issueReleases(this.database, issue),
      issueTags(this.database, issue.id, TOP_VALUES),
      shareOfProject(this.database, issue, now),
    ])
    return {
      ...issueOf(issue, this.config.url, {
        '24h': hours.get(issue.id) ?? [],
        '14d': days.get(issue.id) ?? [],
      }),
      activity,
      ...releases,
      tags,
      userReportCount: 0,
      seenBy: [],
      participants: [],
      shareOfProject: share,
    }
  }
}

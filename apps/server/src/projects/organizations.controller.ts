import { Organization, Project, ProjectCreate, Team } from '@mayday/protocol/api/projects'
import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { type Caller, type CallerOrganization, WithCaller } from '../account/caller.ts'
import type { Config } from '../config.ts'
import { sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { CONFIG } from '../http/injected.ts'
import { linkSlice, parseCursor } from '../http/page.ts'
import { PageParams, pageSize } from '../http/params.ts'
import { insertProject } from './create-project.ts'
import { listProjects, projectById } from './projects.queries.ts'
import { slugOf } from './slug.ts'

const ListParams = PageParams.extend({ query: z.string().max(200).optional() })

@ApiTags('Organizations')
@Controller('api/0')
export class OrganizationsController {
  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Needs('org:read')
  @Get('organizations')
  @Answers('Organisations of the caller', Organization.array())
  list(
    @WithCaller() caller: Caller,
    @Query({ schema: ListParams }) params: z.infer<typeof ListParams>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Organization[] {
    const text = params.query?.toLowerCase() ?? ''
    const rows = allowed(caller)
      .filter(({ slug, name }) => `${slug} ${name}`.toLowerCase().includes(text))
      .map((row) => toOrganization(row, this.config.url))
    return linkSlice(request, reply, this.config.url, {
      rows,
      limit: pageSize(params),
      cursor: parseCursor(params.cursor),
    })
  }

  @Needs('org:read')
  @Get('organizations/:organization')
  @Answers('One organisation', Organization)
  one(@WithCaller() caller: Caller, @Param('organization') _slug: string): Organization {
    return toOrganization(only(caller), this.config.url)
  }

  @Needs('project:read')
  @Get('organizations/:organization/projects')
  @Answers('Projects of an organisation', Project.array())
  async projects(
    @WithCaller() caller: Caller,
    @Param('organization') _slug: string,
    @Query({ schema: ListParams }) params: z.infer<typeof ListParams>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Project[]> {
    return linkSlice(request, reply, this.config.url, {
      rows: await listProjects(this.database, caller.organizationIds, params.query),
      limit: pageSize(params),
      cursor: parseCursor(params.cursor),
    })
  }

  @Needs('project:write')
  @Post(['organizations/:organization/projects', 'teams/:organization/:team/projects'])
  @Answers('Make a project with its first key', Project, 201)
  async createProject(
    @WithCaller() caller: Caller,
    @Param('organization') _slug: string,
    @Param('team') team: string | undefined,
    @Body({ schema: ProjectCreate }) wanted: z.infer<typeof ProjectCreate>,
  ): Promise<Project> {
    const organization = only(caller)
    if (team !== undefined && team !== organization.slug && team !== String(organization.id)) {
      throw new AppError('not_found', 'There is no such team.')
    }
    const slug = wanted.slug ?? slugOf(wanted.name)
    const made = await insertProject(this.database, organization.id, {
      slug,
      name: wanted.name,
      platform: wanted.platform ?? null,
    })
    if (!made) throw new AppError('conflict', `There is a project "${slug}" already.`)
    return projectById(this.database, made.id)
  }

  @Needs('org:read')
  @Get('organizations/:organization/teams')
  @Answers('The one team that stands for the whole organisation', Team.array())
  async teams(@WithCaller() caller: Caller, @Param('organization') _slug: string): Promise<Team[]> {
    const { id, slug, name, role } = only(caller)
    const row = await sqlOne<{ n: number }>(
      this.database,
      'select count(*)::int as n from member where organization_id = $1',
      [id],
    )
    return [{ id: String(id), slug, name, isMember: role !== null, memberCount: row?.n ?? 0 }]
  }
}

function allowed({ organizations, organizationIds }: Caller): CallerOrganization[] {
  return organizations.filter(({ id }) => organizationIds.includes(id))
}

/** The organisation named in the path; the access guard let no other through. */
function only(caller: Caller): CallerOrganization {
  const [organization] = allowed(caller)
  if (!organization) throw new AppError('not_found')
  return organization
}

function toOrganization(
  { id, slug, name, dateCreated, role }: CallerOrganization,
  publicUrl: string,
): Organization {
  return {
    id: String(id),
    slug,
    name,
    dateCreated,
    status: { id: 'active', name: 'active' },
    isEarlyAdopter: false,
    require2FA: false,
    requireEmailVerification: false,
    features: [],
    links: { regionUrl: publicUrl, organizationUrl: publicUrl },
    role,
  }
}

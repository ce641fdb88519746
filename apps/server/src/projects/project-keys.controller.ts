import { ProjectKey, ProjectKeyCreate, ProjectKeyUpdate } from '@mayday/protocol/api/projects'
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import type { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import type { Config } from '../config.ts'
import { sql, sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { CONFIG } from '../http/injected.ts'
import { newPublicKey } from './create-project.ts'
import { findProject } from './find-project.ts'
import { KEY_COLUMNS, type KeyRow, projectKeyOf } from './project-key-of.ts'

@ApiTags('Project keys')
@Controller('api/0/projects/:organization/:project/keys')
export class ProjectKeysController {
  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Needs('project:read')
  @Get()
  @Answers('Keys of a project with their DSNs', ProjectKey.array())
  async list(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
  ): Promise<ProjectKey[]> {
    const project = await findProject(this.database, organizationIds, slug)
    const rows = await sql<KeyRow>(
      this.database,
      `select ${KEY_COLUMNS} from project_key where project_id = $1 order by id limit 1000`,
      [project.id],
    )
    return rows.map((row) => projectKeyOf(row, this.config.url))
  }

  @Needs('project:write')
  @Post()
  @Answers('Make a key', ProjectKey, 201)
  async create(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Body({ schema: ProjectKeyCreate }) wanted: z.infer<typeof ProjectKeyCreate>,
  ): Promise<ProjectKey> {
    const project = await findProject(this.database, organizationIds, slug)
    const row = await sqlOne<KeyRow>(
      this.database,
      `insert into project_key (project_id, public_key, name, rate_limit_window, rate_limit_count)
       values ($1, $2, $3, $4, $5) returning ${KEY_COLUMNS}`,
      [
        project.id,
        newPublicKey(),
        wanted.name ?? 'Default',
        wanted.rateLimit?.window ?? null,
        wanted.rateLimit?.count ?? null,
      ],
    )
    return this.answer(row)
  }

  @Needs('project:read')
  @Get(':key')
  @Answers('One key', ProjectKey)
  async one(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('key') publicKey: string,
  ): Promise<ProjectKey> {
    const project = await findProject(this.database, organizationIds, slug)
    const row = await sqlOne<KeyRow>(
      this.database,
      `select ${KEY_COLUMNS} from project_key where project_id = $1 and public_key = $2`,
      [project.id, publicKey],
    )
    return this.answer(row)
  }

  @Needs('project:write')
  @Put(':key')
  @Answers('Rename, switch on or off, or limit a key', ProjectKey)
  async update(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('key') publicKey: string,
    @Body({ schema: ProjectKeyUpdate }) update: z.infer<typeof ProjectKeyUpdate>,
  ): Promise<ProjectKey> {
    const project = await findProject(this.database, organizationIds, slug)
    const row = await sqlOne<KeyRow>(
      this.database,
      `update project_key set name = coalesce($3, name), is_active = coalesce($4, is_active),
         rate_limit_window = case when $5 then $6 else rate_limit_window end,
         rate_limit_count = case when $5 then $7 else rate_limit_count end
       where project_id = $1 and public_key = $2 returning ${KEY_COLUMNS}`,
      [
        project.id,
        publicKey,
        update.name ?? null,
        update.isActive ?? null,
        update.rateLimit !== undefined,
        update.rateLimit?.window ?? null,
        update.rateLimit?.count ?? null,
      ],
    )
    return this.answer(row)
  }

  @Needs('project:admin')
  @Delete(':key')
  @HttpCode(204)
  @Answers('Delete a key: what is sent with it is refused from then on', undefined, 204)
  async remove(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('key') publicKey: string,
  ): Promise<void> {
    const project = await findProject(this.database, organizationIds, slug)
    const row = await sqlOne(
      this.database,
      'delete from project_key where project_id = $1 and public_key = $2 returning id',
      [project.id, publicKey],
    )
    if (!row) throw new AppError('not_found')
  }

  private answer(row: KeyRow | undefined): ProjectKey {
    if (!row) throw new AppError('not_found', 'There is no such key.')
    return projectKeyOf(row, this.config.url)
  }
}

import { Environment, Project, ProjectUpdate } from '@mayday/protocol/api/projects'
import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import type { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import { sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { deleteProject } from './delete-project.ts'
import { findProject } from './find-project.ts'
import { listEnvironments, projectById } from './projects.queries.ts'

@ApiTags('Projects')
@Controller('api/0/projects/:organization/:project')
export class ProjectsController {
  constructor(private readonly database: DataSource) {}

  @Needs('project:read')
  @Get()
  @Answers('One project', Project)
  async one(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
  ): Promise<Project> {
    const { id } = await findProject(this.database, organizationIds, slug)
    return projectById(this.database, id)
  }

  @Needs('project:write')
  @Put()
  @Answers('Change name, slug or platform', Project)
  async update(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Body({ schema: ProjectUpdate }) update: z.infer<typeof ProjectUpdate>,
  ): Promise<Project> {
    const project = await findProject(this.database, organizationIds, slug)
    const changed = await sqlOne(
      this.database,
      `update project p set name = $2, slug = $3, platform = $4
       where id = $1 and not exists (select from project other
         where other.organization_id = p.organization_id and other.slug = $3 and other.id <> p.id)
       returning id`,
      [
        project.id,
        update.name ?? project.name,
        update.slug ?? project.slug,
        update.platform === undefined ? project.platform : update.platform,
      ],
    )
    if (!changed) throw new AppError('conflict', `There is a project "${update.slug}" already.`)
    return projectById(this.database, project.id)
  }

  @Needs('project:admin')
  @Delete()
  @HttpCode(204)
  @Answers('Delete a project with its keys, issues and counts', undefined, 204)
  async remove(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
  ): Promise<void> {
    const { id } = await findProject(this.database, organizationIds, slug)
    await deleteProject(this.database, id)
  }

  @Needs('project:read')
  @Get('environments')
  @Answers('Environments that ever sent an event', Environment.array())
  async environments(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
  ): Promise<{ id: string; name: string }[]> {
    const { id } = await findProject(this.database, organizationIds, slug)
    return listEnvironments(this.database, id)
  }
}

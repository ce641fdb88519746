import { Event, EventLocation, EventLookup } from '@mayday/protocol/api/events'
import { Controller, Get, Inject, Param } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { CONFIG } from '../http/injected.ts'
import { findProject } from '../projects/find-project.ts'
import { readEvent } from './event-data.ts'
import type { EventRow } from './event-view.ts'
import { eventOfIssue, eventOfProject } from './events.queries.ts'
import { findByErrorId, parseEventId } from './find-event.ts'
import { showEvent } from './show-event.ts'

@ApiTags('Events')
@Controller('api/0')
export class EventsController {
  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Needs('event:read')
  @Get('projects/:organization/:project/events/:event')
  @Answers('One event of a project by its id', Event)
  async one(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('event') eventId: string,
  ): Promise<Event> {
    const row = await findRow(this.database, organizationIds, slug, eventId)
    return showEvent(this.database, row)
  }

  @Needs('event:read')
  @Get('projects/:organization/:project/events/:event/json')
  @Answers('One event as it was stored: the payload, normalised', z.record(z.string(), z.unknown()))
  async json(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('event') eventId: string,
  ): Promise<object> {
    return readEvent(await findRow(this.database, organizationIds, slug, eventId))
  }

  @Needs('event:read')
  @Get('error-ids/:errorId')
  @Answers('Where the event of an error id, or of its beginning, is', EventLocation)
  byErrorId(
    @WithCaller() { organizationIds }: Caller,
    @Param('errorId') errorId: string,
  ): Promise<EventLocation> {
    return findByErrorId(this.database, organizationIds, errorId, this.config.retentionDays)
  }

  @Needs('event:read')
  @Get('organizations/:organization/eventids/:errorId')
  @Answers('The event of an error id, or of its beginning', EventLookup)
  async lookUp(
    @WithCaller() { organizationIds }: Caller,
    @Param('errorId') errorId: string,
  ): Promise<EventLookup> {
    const { retentionDays } = this.config
    const found = await findByErrorId(this.database, organizationIds, errorId, retentionDays)
    const row = await eventOfIssue(this.database, found.groupId, found.eventId)
    if (!row) throw new AppError('not_found')
    return { ...found, event: await showEvent(this.database, row) }
  }
}

async function findRow(
  database: Database,
  organizationIds: number[],
  slug: string,
  text: string,
): Promise<EventRow> {
  const project = await findProject(database, organizationIds, slug)
  const eventId = parseEventId(text)
  const row = eventId && (await eventOfProject(database, project.id, eventId))
  if (!row) throw new AppError('not_found', 'The project has no event with this id.')
  return row
}

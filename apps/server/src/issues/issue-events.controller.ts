import { Event, EventSummary } from '@mayday/protocol/api/events'
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { eventOf, eventSummaryOf } from '../events/event-view.ts'
import { edgeEvent, eventOfIssue, listEvents } from '../events/events.queries.ts'
import { parseEventId } from '../events/find-event.ts'
import { eventsOfIssue, showEvent } from '../events/show-event.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { CONFIG } from '../http/injected.ts'
import { linkPages, parseCursor } from '../http/page.ts'
import { PageParams, pageSize, Repeatable } from '../http/params.ts'
import { eventSearch } from './event-search.ts'
import { findIssue } from './find-issues.ts'

const PATHS = ['issues/:issue/events', 'organizations/:organization/issues/:issue/events']

const EventListParams = PageParams.extend({
  /** `environment:`, `release:` and `level:`. */
  query: z.string().max(2_000).optional(),
  environment: Repeatable,
  /** `1` or `true`: whole events instead of summaries. */
  full: z.string().max(8).optional(),
})
const EventParams = z.object({ environment: Repeatable })

/** Whole events are unpacked one by one on the thread that also answers everybody else. */
const MOST_WHOLE_EVENTS = 25

@ApiTags('Events')
@Controller('api/0')
export class IssueEventsController {
  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Needs('event:read')
  @Get(PATHS)
  @Answers(
    'Events of an issue, the newest first, by pages',
    z.array(z.union([Event, EventSummary])),
  )
  async list(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
    @Query({ schema: EventListParams }) params: z.infer<typeof EventListParams>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<(Event | EventSummary)[]> {
    const issue = await findIssue(this.database, organizationIds, id)
    const { environments, ...search } = eventSearch(params.query ?? '')
    const isFull = /^(1|true)$/.test(params.full ?? '')
    const limit = Math.min(pageSize(params), isFull ? MOST_WHOLE_EVENTS : Number.POSITIVE_INFINITY)
    const page = await listEvents(
      this.database,
      {
        ...eventsOfIssue(issue.id, issue.first_seen, [
          ...named(params.environment),
          ...environments,
        ]),
        ...search,
      },
      { limit, cursor: parseCursor(params.cursor) },
    )
    linkPages(request, reply, this.config.url, page)
    if (!isFull) return page.rows.map(eventSummaryOf)
    const alone = { previousId: null, nextId: null, position: null }
    return page.rows.map((row) => eventOf(row, alone))
  }

  @Needs('event:read')
  @Get(PATHS.map((path) => `${path}/:event`))
  @Answers('One event of an issue: latest, oldest, recommended, or by its id', Event)
  async one(
    @WithCaller() { organizationIds }: Caller,
    @Param('issue') id: string,
    @Param('event') which: string,
    @Query({ schema: EventParams }) params: z.infer<typeof EventParams>,
  ): Promise<Event> {
    const issue = await findIssue(this.database, organizationIds, id)
    const ofIssue = eventsOfIssue(issue.id, issue.first_seen, named(params.environment))
    const eventId = parseEventId(which)
    if (eventId === undefined && !/^(latest|oldest|recommended)$/.test(which)) {
      throw new AppError('not_found', 'Name an event by its id, or latest, oldest, recommended.')
    }
    const row =
      eventId === undefined
        ? await edgeEvent(this.database, ofIssue, which === 'oldest' ? 'oldest' : 'latest')
        : await eventOfIssue(this.database, issue.id, eventId)
    if (!row) {
      const { retentionDays } = this.config
      throw new AppError(
        'not_found',
        eventId === undefined
          ? `The issue has no such event any more: events are kept for ${retentionDays} days.`
          : 'The issue has no event with this id.',
      )
    }
    return showEvent(this.database, row, ofIssue)
  }
}

function named(environments: string[]): string[] {
  return environments.filter((name) => name !== '')
}

import { Attachment } from '@mayday/protocol/api/attachments'
import { Controller, Get, Param, Query, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { type Caller, WithCaller } from '../account/caller.ts'
import { type Database, sql, sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { Needs } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { IdParam } from '../http/params.ts'
import { findProject } from '../projects/find-project.ts'
import { eventOfProject } from './events.queries.ts'
import { parseEventId } from './find-event.ts'

const PATH = 'projects/:organization/:project/events/:event/attachments'

/** Whatever the bytes are, a browser must not run them under our address. */
const SAFE_DOWNLOAD = {
  'content-type': 'application/octet-stream',
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': 'private, no-store',
}

/** Sentry's clients send `download=1`, and `download` alone. */
const Download = z.object({ download: z.string().max(8).optional() })

@ApiTags('Events')
@Controller('api/0')
export class AttachmentsController {
  constructor(private readonly database: DataSource) {}

  @Needs('event:read')
  @Get(PATH)
  @Answers('Files that came with an event', Attachment.array())
  async list(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('event') event: string,
  ): Promise<Attachment[]> {
    const project = await findProject(this.database, organizationIds, slug)
    const eventId = parseEventId(event)
    if (eventId === undefined) throw noSuchFile()
    const rows = await sql<Row>(
      this.database,
      `select ${COLUMNS} from attachment where project_id = $1 and event_id = $2 order by id`,
      [project.id, eventId],
    )
    // Files may be here before their event, and be all that ever comes of it.
    if (rows.length === 0 && !(await eventOfProject(this.database, project.id, eventId))) {
      throw new AppError('not_found', 'The project has no event with this id.')
    }
    return rows.map(attachmentOf)
  }

  @Needs('event:read')
  @Get(`${PATH}/:attachment`)
  @Answers('One file of an event: what is known of it, or with ?download=1 its bytes', Attachment)
  async one(
    @WithCaller() { organizationIds }: Caller,
    @Param('project') slug: string,
    @Param('event') event: string,
    @Param('attachment', { schema: IdParam }) id: string,
    @Query({ schema: Download }) { download }: z.infer<typeof Download>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Attachment | undefined> {
    const project = await findProject(this.database, organizationIds, slug)
    const place = [project.id, parseEventId(event) ?? null, id]
    const row = await sqlOne<Row>(this.database, `select ${COLUMNS} from attachment ${ONE}`, place)
    if (row === undefined) throw noSuchFile()
    if (download === undefined) return attachmentOf(row)
    await sendBytes(this.database, reply, row, place)
    return undefined
  }
}

type Row = {
  id: string
  eventId: string
  name: string
  contentType: string
  kind: string
  size: number
  receivedAt: Date
}

const COLUMNS = `id::text, replace(event_id::text, '-', '') as "eventId", name,
  content_type as "contentType", kind, size, received_at as "receivedAt"`
const ONE = 'where project_id = $1 and event_id = $2 and id = $3'

function attachmentOf({ id, eventId, name, contentType, kind, size, receivedAt }: Row): Attachment {
  return {
    id,
    event_id: eventId,
    type: kind,
    name,
    mimetype: contentType,
    dateCreated: receivedAt.toISOString(),
    size,
    headers: { 'Content-Type': contentType },
    sha1: null,
  }
}

async function sendBytes(
  database: Database,
  reply: FastifyReply,
  { name }: Row,
  place: unknown[],
): Promise<void> {
  const row = await sqlOne<{ data: Buffer }>(database, `select data from attachment ${ONE}`, place)
  if (row === undefined) throw noSuchFile()
  await reply
    .headers({ ...SAFE_DOWNLOAD, 'content-disposition': dispositionOf(name) })
    .send(row.data)
}

/** RFC 6266: a name that may hold anything, once for old clients and once whole. */
function dispositionOf(name: string): string {
  const plain = name.replace(/[^\w. -]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  })
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}

function noSuchFile(): AppError {
  return new AppError('not_found', 'The event has no such file.')
}

import { createHash, randomUUID } from 'node:crypto'
import type { Role, Scope } from '@mayday/protocol/api/account'
import { serializeEnvelope } from '@mayday/protocol/envelope'
import { LEVELS, type Level } from '@mayday/protocol/event'
import type { DataSource } from 'typeorm'
import { createToken } from '../src/account/tokens.ts'
import { sqlOne } from '../src/db/sql.ts'
import { normalizeEvent } from '../src/events/normalize/normalize-event.ts'
import { insertProject } from '../src/projects/create-project.ts'

const ALL_SCOPES: Scope[] = ['org:admin', 'project:admin', 'project:releases', 'event:admin']

let made = 0

export type Tenant = {
  organizationId: number
  organization: string
  projectId: number
  project: string
  publicKey: string
  accountId: number
  token: string
}

/** An organisation with a project, one person in it and a token that may do everything. */
export async function makeTenant(
  database: DataSource,
  wanted: { role?: Role; scopes?: Scope[] } = {},
): Promise<Tenant> {
  made += 1
  const organization = `tenant-${made}`
  const project = `shop-${made}`
  const organizationId = await insertId(
    database,
    'insert into organization (slug, name) values ($1, $1) returning id',
    [organization],
  )
  const accountId = await makeAccount(database, organizationId, wanted.role ?? 'owner')
  const inserted = await insertProject(database, organizationId, {
    slug: project,
    name: project,
    platform: 'node',
  })
  if (!inserted) throw new Error(`project ${project} exists`)
  const token = await createToken(database, {
    organizationSlug: organization,
    name: 'test',
    scopes: wanted.scopes ?? ALL_SCOPES,
  })
  const { id: projectId, publicKey } = inserted
  return { organizationId, organization, projectId, project, publicKey, accountId, token }
}

export async function makeAccount(
  database: DataSource,
  organizationId: number,
  role: Role,
): Promise<number> {
  const accountId = await insertId(
    database,
    `insert into account (name) values ('Person') returning id`,
    [],
  )
  await database.query('insert into member values ($1, $2, $3)', [organizationId, accountId, role])
  return accountId
}

export type IssueWanted = {
  title?: string
  type?: string
  value?: string
  culprit?: string
  level?: Level
  status?: number
  substatus?: number
  transaction?: string
  firstSeen?: Date
  lastSeen?: Date
  timesSeen?: number
  usersSeen?: number
  firstRelease?: string
  tags?: Record<string, string>
}

/** One issue with its hash and tags; only what the test names matters. */
export async function makeIssue(
  database: DataSource,
  projectId: number,
  wanted: IssueWanted = {},
): Promise<string> {
  made += 1
  const type = wanted.type ?? 'Error'
  const value = wanted.value ?? `failure ${made}`
  const lastSeen = wanted.lastSeen ?? new Date()
  const firstSeen = wanted.firstSeen ?? lastSeen
  const id = await insertId(
    database,
    `with numbered as (update project set next_issue_number = next_issue_number + 1,
       first_event_at = coalesce(first_event_at, $12) where id = $1 returning next_issue_number - 1 as n)
     insert into issue (project_id, number, level, kind, type, value, title, culprit, transaction,
       platform, status, substatus, first_seen, last_seen, times_seen, users_seen,
       first_release, last_release)
     select $1, n, $2, 'error', $3, $4, $5, $6, $7, 'node', $8, $9, $12, $13, $10, $11, $14, $14
     from numbered returning id`,
    [
      projectId,
      LEVELS.indexOf(wanted.level ?? 'error'),
      type,
      value,
      wanted.title ?? `${type}: ${value}`,
      wanted.culprit ?? 'src/shop.ts in load',
      wanted.transaction ?? 'GET /things/:id',
      wanted.status ?? 0,
      wanted.substatus ?? 0,
      wanted.timesSeen ?? 1,
      wanted.usersSeen ?? 0,
      firstSeen,
      lastSeen,
      wanted.firstRelease ?? null,
    ],
  )
  const hash = createHash('md5').update(`${projectId} ${id}`).digest('hex')
  await database.query('insert into issue_hash values ($1, $2, $3, $4)', [
    projectId,
    hash,
    id,
    'v1',
  ])
  for (const [key, tag] of Object.entries(wanted.tags ?? {})) {
    await database.query('insert into issue_tag values ($1, $2, $3, $4, 1, $5, $6)', [
      id,
      key,
      tag,
      projectId,
      firstSeen,
      lastSeen,
    ])
  }
  return String(id)
}

/** One stored event of an issue, packed as digest packs it. Gives its id, 32 hex digits. */
export async function makeEvent(
  database: DataSource,
  { projectId, issueId }: { projectId: number; issueId: string },
  payload: Record<string, unknown> = {},
  receivedAt = new Date(),
): Promise<string> {
  const eventId = typeof payload.event_id === 'string' ? payload.event_id : randomId()
  const raw = { event_id: eventId, timestamp: receivedAt.getTime() / 1_000, ...payload }
  const json = Buffer.from(JSON.stringify(raw))
  const event = normalizeEvent(raw, { eventId, receivedAt, clientIp: '' })
  const data = serializeEnvelope({
    header: { event_id: eventId },
    items: [{ header: { type: 'event' }, payload: json }],
  })
  await database.query(
    `insert into event (event_id, project_id, issue_id, received_at, occurred_at, environment,
       release, level, size, encoding, data) values ($1, $2, $3, $4, $4, $5, $6, $7, $8, 0, $9)`,
    [
      eventId,
      projectId,
      issueId,
      receivedAt,
      event.environment ?? null,
      event.release ?? null,
      LEVELS.indexOf(event.level),
      json.length,
      Buffer.from(data),
    ],
  )
  return eventId
}

/** A file of an event. Gives its row id. */
export async function makeAttachment(
  database: DataSource,
  of: { projectId: number; eventId: string },
  { name = 'log.txt', contentType = 'text/plain', bytes = Buffer.from('log') } = {},
): Promise<string> {
  const digest = createHash('sha256').update(name).update(bytes).digest()
  const id = await insertId(
    database,
    `insert into attachment (project_id, event_id, digest, received_at, name, content_type, kind,
       size, data) values ($1, $2, $3, now(), $4, $5, 'event.attachment', $6, $7) returning id`,
    [of.projectId, of.eventId, digest, name, contentType, bytes.length, bytes],
  )
  return String(id)
}

export function randomId(): string {
  return randomUUID().replaceAll('-', '')
}

async function insertId(
  database: DataSource,
  statement: string,
  parameters: unknown[],
): Promise<number> {
  const row = await sqlOne<{ id: number }>(database, statement, parameters)
  if (!row) throw new Error('nothing was inserted')
  return row.id
}

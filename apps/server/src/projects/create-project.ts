import { randomBytes } from 'node:crypto'
import { type Database, sqlOne } from '../db/sql.ts'

export type EnsuredProject = {
  organization: string
  project: string
  id: number
  publicKey: string
  /** False: it was there already. */
  created: boolean
}

/**
 * Gives the project of that name with an active key, making organisation, project and key where
 * they are missing. Two callers at once get the same project.
 */
export async function ensureProject(
  database: Database,
  wanted: { organization: string; project: string; name?: string; platform?: string },
): Promise<EnsuredProject> {
  const organizationId = await ensureOrganization(database, wanted.organization)
  const names = { organization: wanted.organization, project: wanted.project }
  const made = await insertProject(database, organizationId, {
    slug: wanted.project,
    name: wanted.name ?? wanted.project,
    platform: wanted.platform ?? null,
  })
  if (made) return { ...names, id: made.id, publicKey: made.publicKey, created: true }
  const row = await sqlOne<{ id: number; public_key: string | null }>(
    database,
    `select id, (select public_key from project_key k where k.project_id = project.id and is_active
       order by k.id limit 1) as public_key
     from project where organization_id = $1 and slug = $2`,
    [organizationId, wanted.project],
  )
  if (!row) throw new Error(`Project ${wanted.project} was deleted while it was being looked up`)
  const publicKey = row.public_key ?? (await insertKey(database, row.id))
  return { ...names, id: row.id, publicKey, created: false }
}

/** A project with its first key, in one statement; undefined when the slug is taken. */
export async function insertProject(
  database: Database,
  organizationId: number,
  project: { slug: string; name: string; platform: string | null },
): Promise<{ id: number; publicKey: string } | undefined> {
  const row = await sqlOne<{ id: number; public_key: string }>(
    database,
    `with made as (insert into project (organization_id, slug, name, platform)
       values ($1, $2, $3, $4) on conflict (organization_id, slug) do nothing returning id)
     insert into project_key (project_id, public_key, name) select id, $5, 'Default' from made
     returning project_id as id, public_key`,
    [organizationId, project.slug, project.name, project.platform, newPublicKey()],
  )
  return row && { id: row.id, publicKey: row.public_key }
}

/** 32 hex digits: 128 random bits. */
export function newPublicKey(): string {
  return randomBytes(16).toString('hex')
}

async function insertKey(database: Database, projectId: number): Promise<string> {
  const publicKey = newPublicKey()
  await database.query(
    `insert into project_key (project_id, public_key, name) values ($1, $2, 'Default')`,
    [projectId, publicKey],
  )
  return publicKey
}

/** A new organisation belongs to the server's first account, if there is one yet. */
async function ensureOrganization(database: Database, slug: string): Promise<number> {
  const existing = await sqlOne<{ id: number }>(
    database,
    'select id from organization where slug = $1',
    [slug],
  )
  if (existing) return existing.id
  const made = await sqlOne<{ id: number }>(
    database,
    `with made as (insert into organization (slug, name) values ($1, $1)
       on conflict (slug) do update set name = organization.name returning id),
     owned as (insert into member (organization_id, account_id, role)
       select made.id, account.id, 'owner'
       from made, (select id from account order by id limit 1) account
       on conflict do nothing)
     select id from made`,
    [slug],
  )
  if (!made) throw new Error(`Organisation ${slug} could not be made`)
  return made.id
}

import type { Project } from '@mayday/protocol/api/projects'
import { iso } from '../db/iso.ts'
import { type Database, sql, sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'

/** Constants are Sentry's fields that mean nothing here but that clients insist on. */
const SELECT = `
  select p.id::text, p.slug, p.name, p.platform, ${iso('p.created_at')} as "dateCreated",
    false as "isBookmarked", true as "isMember", true as "hasAccess", '{}'::text[] as features,
    (select coalesce(array_agg(environment order by environment), '{}') from (
       select distinct environment from project_hour h
       where h.project_id = p.id and environment <> '' limit 100) e) as environments,
    ${iso('p.first_event_at')} as "firstEvent", null as team, '{}'::text[] as teams,
    (select json_build_object('version', r.version) from release r where r.project_id = p.id
     order by r.first_seen desc, r.id desc limit 1) as "latestRelease",
    'active' as status,
    json_build_object('id', o.id::text, 'slug', o.slug, 'name', o.name) as organization
  from project p join organization o on o.id = p.organization_id`

const MOST_PROJECTS = 10_000

export function listProjects(
  database: Database,
  organizationIds: readonly number[],
  text: string | undefined,
): Promise<Project[]> {
  return sql<Project>(
    database,
    `${SELECT} where p.organization_id = any($1::int[])
       and ($2::text is null or strpos(lower(p.slug || ' ' || p.name), lower($2)) > 0)
     order by p.slug, p.id limit ${MOST_PROJECTS}`,
    [organizationIds, text || null],
  )
}

export async function projectById(database: Database, id: number): Promise<Project> {
  const project = await sqlOne<Project>(database, `${SELECT} where p.id = $1`, [id])
  if (!project) throw new AppError('not_found')
  return project
}

/** Environments that ever sent an event, by name; the one without a name is left out. */
export function listEnvironments(
  database: Database,
  projectId: number,
): Promise<{ id: string; name: string }[]> {
  return sql(
    database,
    `select distinct environment as id, environment as name from project_hour
     where project_id = $1 and environment <> '' order by name limit 1000`,
    [projectId],
  )
}

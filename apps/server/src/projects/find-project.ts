import { type Database, sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'

export type FoundProject = {
  id: number
  slug: string
  name: string
  platform: string | null
  organizationId: number
  organizationSlug: string
}

/**
 * The project by slug or id within the organisations that the caller may act in.
 * @throws AppError `not_found`, also for a project of somebody else.
 */
export async function findProject(
  database: Database,
  organizationIds: readonly number[],
  slugOrId: string,
): Promise<FoundProject> {
  const project = await sqlOne<FoundProject>(
    database,
    `select p.id, p.slug, p.name, p.platform, o.id as "organizationId", o.slug as "organizationSlug"
     from project p join organization o on o.id = p.organization_id
     where p.organization_id = any($1::int[]) and (p.slug = $2 or p.id::text = $2)
     order by p.slug = $2 desc
     limit 1`,
    [organizationIds, slugOrId],
  )
  if (!project) throw new AppError('not_found', 'There is no such project, or it is not yours.')
  return project
}

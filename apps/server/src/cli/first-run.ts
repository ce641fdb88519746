import type { DataSource } from 'typeorm'
import { ensureOwner } from '../account/first-owner.ts'
import { createSignInLink } from '../account/sign-in-links.ts'
import type { Config } from '../config.ts'
import { sqlOne } from '../db/sql.ts'
import { ensureProject } from '../projects/create-project.ts'
import { dsnOf } from '../projects/dsn-of.ts'

const FIRST_ORGANIZATION = 'my-team'
const FIRST_PROJECT = 'my-app'

export type FirstProject = { organization: string; project: string; id: number; dsn: string }

/**
 * Makes organisation, project and owner on an empty database; leaves any other as it is. Gives the
 * first project, or undefined when somebody deleted all of them.
 */
export async function ensureFirstRows(
  database: DataSource,
  config: Config,
): Promise<{ project: FirstProject | undefined; ownerId: number; needsLink: boolean }> {
  if (!(await sqlOne(database, 'select id from organization limit 1'))) {
    await ensureProject(database, {
      organization: FIRST_ORGANIZATION,
      project: FIRST_PROJECT,
      platform: 'node',
    })
  }
  const { accountId, needsLink } = await ensureOwner(database, config.admin)
  return { project: await findFirstProject(database, config), ownerId: accountId, needsLink }
}

/** The oldest project, with its oldest active key. */
export async function findFirstProject(
  database: DataSource,
  config: Config,
): Promise<FirstProject | undefined> {
  const row = await sqlOne<{ id: number; project: string; organization: string; key: string }>(
    database,
    `select project.id, project.slug as project, organization.slug as organization, public_key as key
     from project join organization on organization.id = organization_id
     join project_key on project_id = project.id and is_active
     order by project.id, project_key.id limit 1`,
  )
  if (!row) return undefined
  const { id, project, organization } = row
  return { id, project, organization, dsn: dsnOf(config.url, row.key, id) }
}

/** The address that signs its first caller in as the owner. */
export async function signInAddress(
  database: DataSource,
  config: Config,
  ownerId: number,
): Promise<string> {
  return `${config.url}/sign-in#link=${await createSignInLink(database, ownerId)}`
}

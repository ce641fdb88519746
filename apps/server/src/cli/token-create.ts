import { SCOPES, type Scope } from '@mayday/protocol/api/account'
import type { DataSource } from 'typeorm'
import { createToken } from '../account/tokens.ts'
import { sqlOne } from '../db/sql.ts'
import { CommandError, UsageError, type Values } from './command.ts'
import { withDatabase } from './command-database.ts'
import { ensureFirstRows } from './first-run.ts'
import { loadCommandConfig } from './running-server.ts'

const DEFAULT_NAME = 'Created by mayday token create'

export async function createApiToken(values: Values): Promise<number> {
  const scopes = readScopes(values.scope as string[] | undefined)
  const config = loadCommandConfig()
  const name = (values.name as string | undefined) ?? DEFAULT_NAME
  const { token, organizationSlug } = await withDatabase(config, async (database) => {
    await ensureFirstRows(database, config)
    const organizationSlug = await findOrganization(database, values.organization)
    return {
      organizationSlug,
      token: await createToken(database, { name, scopes, organizationSlug }),
    }
  })
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ token })}\n`
      : `Token for the organisation ${organizationSlug}, shown only now:\n\n  ${token}\n`,
  )
  return 0
}

/** Unless it is named, that of the newest project: who has just made one wants to read it. */
async function findOrganization(database: DataSource, named: Values[string]): Promise<string> {
  const row = await sqlOne<{ slug: string }>(
    database,
    `select organization.slug from organization left join project on organization_id = organization.id
     where $1::text is null or organization.slug = $1
     order by project.id desc nulls last, organization.id desc limit 1`,
    [named ?? null],
  )
  if (row) return row.slug
  throw new CommandError(
    named === undefined ? 'there is no organisation yet' : `there is no organisation "${named}"`,
  )
}

/** Both `--scope a --scope b` and `--scope a,b`, as people know it from other tools. */
function readScopes(words: string[] | undefined): Scope[] {
  const scopes = (words ?? []).flatMap((word) => word.split(/[\s,]+/)).filter((word) => word !== '')
  if (scopes.length === 0)
    throw new UsageError(`--scope is missing; there are ${SCOPES.join(', ')}`)
  const wrong = scopes.find((scope) => !SCOPES.includes(scope as Scope))
  if (wrong === undefined) return scopes as Scope[]
  throw new UsageError(`"${wrong}" is no scope; there are ${SCOPES.join(', ')}`)
}

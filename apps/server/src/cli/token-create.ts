import { SCOPES, type Scope } from '@mayday/protocol/api/account'
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
  const organizationSlug = values.organization as string | undefined
  const token = await withDatabase(config, async (database) => {
    await ensureFirstRows(database, config)
    if (organizationSlug !== undefined) {
      const statement = 'select id from organization where slug = $1'
      if (!(await sqlOne(database, statement, [organizationSlug]))) {
        throw new CommandError(`there is no organisation "${organizationSlug}"`)
      }
    }
    const name = (values.name as string | undefined) ?? DEFAULT_NAME
    return createToken(database, {
      name,
      scopes,
      ...(organizationSlug === undefined ? {} : { organizationSlug }),
    })
  })
  process.stdout.write(values.json ? `${JSON.stringify({ token })}\n` : `${token}\n`)
  return 0
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

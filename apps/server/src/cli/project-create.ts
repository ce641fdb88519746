import { ensureOwner } from '../account/first-owner.ts'
import { ensureProject } from '../projects/create-project.ts'
import { dsnOf } from '../projects/dsn-of.ts'
import { UsageError, type Values } from './command.ts'
import { withDatabase } from './command-database.ts'
import { loadCommandConfig } from './running-server.ts'

/** A slug is a part of web addresses, and of short ids when upper-cased; of digits alone it would be an id. */
const SLUG = /^(?!\d+$)[a-z0-9][a-z0-9_-]{0,49}$/

export async function createProject(values: Values, [path = '']: string[]): Promise<number> {
  const [organization = '', project = '', ...rest] = path.split('/')
  if (rest.length > 0 || !SLUG.test(organization) || !SLUG.test(project)) {
    throw new UsageError(
      `"${path}" is no ORG/PROJECT, such as my-team/my-app (lower-case letters, digits, - and _; not digits alone)`,
    )
  }
  const config = loadCommandConfig()
  const made = await withDatabase(config, async (database) => {
    const platform = values.platform ? { platform: String(values.platform) } : {}
    const ensured = await ensureProject(database, { organization, project, ...platform })
    await ensureOwner(database, config.admin)
    return ensured
  })
  const dsn = dsnOf(config.url, made.publicKey, made.id)
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ organization, project, id: made.id, dsn })}\n`
      : `${made.created ? 'Created' : 'There is already'} ${path}. Its DSN:\n\n  ${dsn}\n`,
  )
  return 0
}

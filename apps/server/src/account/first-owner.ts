import { type Database, sqlOne } from '../db/sql.ts'
import { hashPassword } from './passwords.ts'

/**
 * Makes the account that owns the server if there is none, and makes it owner of every organisation
 * that has nobody. `needsLink`: nobody has a password yet, so a sign-in link is the only way in.
 */
export async function ensureOwner(
  database: Database,
  admin: { email: string; password: string } | undefined,
): Promise<{ accountId: number; needsLink: boolean }> {
  const accountId = (await firstAccount(database)) ?? (await makeAccount(database, admin))
  await database.query(
    `insert into member (organization_id, account_id, role)
     select id, $1, 'owner' from organization
     where not exists (select from member where member.organization_id = organization.id)
     on conflict do nothing`,
    [accountId],
  )
  const owner = await sqlOne(
    database,
    'select id from account where password_hash is not null limit 1',
  )
  return { accountId, needsLink: owner === undefined }
}

async function firstAccount(database: Database): Promise<number | undefined> {
  const row = await sqlOne<{ id: number }>(database, 'select id from account order by id limit 1')
  return row?.id
}

async function makeAccount(
  database: Database,
  admin: { email: string; password: string } | undefined,
): Promise<number> {
  const passwordHash = admin ? await hashPassword(admin.password) : null
  // The lock makes two servers that start at once agree on one owner.
  const row = await database.transaction(async (transaction) => {
    await transaction.query('lock table account in share row exclusive mode')
    return (
      (await sqlOne<{ id: number }>(transaction, 'select id from account order by id limit 1')) ??
      (await sqlOne<{ id: number }>(
        transaction,
        'insert into account (name, email, password_hash) values ($1, $2, $3) returning id',
        ['Owner', admin?.email.toLowerCase() ?? null, passwordHash],
      ))
    )
  })
  if (!row) throw new Error('The first account could not be made')
  return row.id
}

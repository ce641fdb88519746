import { type Database, sqlOne } from '../db/sql.ts'
import { hashSecret, newSecret } from './secrets.ts'

const LINK_LIFETIME_HOURS = 24

/** Makes the one-time token of a sign-in link; older links of the account end. */
export async function createSignInLink(database: Database, accountId: number): Promise<string> {
  const token = newSecret()
  await database.query(
    `with ended as (delete from sign_in_link where account_id = $1)
     insert into sign_in_link (token_hash, account_id, expires_at)
     values ($2, $1, now() + make_interval(hours => $3))`,
    [accountId, hashSecret(token), LINK_LIFETIME_HOURS],
  )
  return token
}

/** The account the link belongs to. One statement takes the row, so only one of many at once wins. */
export async function takeSignInLink(
  database: Database,
  token: string,
): Promise<number | undefined> {
  const row = await sqlOne<{ account_id: number; is_alive: boolean }>(
    database,
    `delete from sign_in_link where token_hash = $1
     returning account_id, expires_at > now() as is_alive`,
    [hashSecret(token)],
  )
  return row?.is_alive ? row.account_id : undefined
}

import type { Database } from '../db/sql.ts'
import { SESSION_IDLE_DAYS, SESSION_LIFETIME_DAYS } from './caller.ts'
import { hashSecret, newSecret } from './secrets.ts'

/** Starts a session and gives the cookie's value. Sessions that ended are cleared away on the way. */
export async function startSession(database: Database, accountId: number): Promise<string> {
  const secret = newSecret()
  await database.query(
    `with ended as (delete from session where account_id = $1
       and (expires_at < now() or last_used_at < now() - make_interval(days => $4)))
     insert into session (token_hash, account_id, expires_at)
     values ($2, $1, now() + make_interval(days => $3))`,
    [accountId, hashSecret(secret), SESSION_LIFETIME_DAYS, SESSION_IDLE_DAYS],
  )
  return secret
}

export async function endSession(database: Database, secret: string): Promise<void> {
  await database.query('delete from session where token_hash = $1', [hashSecret(secret)])
}

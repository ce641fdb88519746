import type { Account, AccountUpdate } from '@mayday/protocol/api/account'
import { type DataSource, QueryFailedError } from 'typeorm'
import { sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import type { Caller } from './caller.ts'
import { hashPassword, isPasswordRight } from './passwords.ts'

const UNIQUE_VIOLATION = '23505'

type Row = { id: number; name: string; email: string | null; password_hash: string | null }

/**
 * Changes the caller's account. E-mail and password need the current password once there is one; a
 * new password ends the other sessions and every sign-in link, so that nobody else stays inside.
 */
export async function updateAccount(
  database: DataSource,
  { account, sessionHash }: Caller,
  update: AccountUpdate,
): Promise<Account> {
  const before = await sqlOne<Row>(
    database,
    'select id, name, email, password_hash from account where id = $1',
    [account?.id],
  )
  if (!before) throw new AppError('not_signed_in')
  await checkCurrentPassword(before, update)
  const email = update.email?.toLowerCase() ?? before.email
  if (update.password !== undefined && email === null) {
    throw new AppError('invalid_request', 'Set an e-mail address together with the password.')
  }
  const passwordHash =
    update.password === undefined ? before.password_hash : await hashPassword(update.password)
  await database
    .transaction(async (transaction) => {
      await transaction.query(
        'update account set name = $2, email = $3, password_hash = $4 where id = $1',
        [before.id, update.name ?? before.name, email, passwordHash],
      )
      if (update.password === undefined) return
      await transaction.query('delete from session where account_id = $1 and token_hash <> $2', [
        before.id,
        sessionHash,
      ])
      await transaction.query('delete from sign_in_link where account_id = $1', [before.id])
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) {
        throw new AppError('conflict', 'Another account has this e-mail address.')
      }
      throw error
    })
  return {
    id: String(before.id),
    name: update.name ?? before.name,
    email,
    hasPassword: passwordHash !== null,
  }
}

async function checkCurrentPassword(before: Row, update: AccountUpdate): Promise<void> {
  const isSensitive = update.email !== undefined || update.password !== undefined
  if (!isSensitive || before.password_hash === null) return
  if (update.currentPassword === undefined) {
    throw new AppError('invalid_request', 'Send the current password as currentPassword.')
  }
  if (!(await isPasswordRight(update.currentPassword, before.password_hash))) {
    throw new AppError('invalid_request', 'The current password is wrong.')
  }
}

function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof QueryFailedError &&
    (error.driverError as { code?: string }).code === UNIQUE_VIOLATION
  )
}

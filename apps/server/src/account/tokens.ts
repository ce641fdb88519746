import { createHash, randomBytes } from 'node:crypto'
import { SCOPES, type Scope } from '@mayday/protocol/api/account'
import { type Database, sqlOne } from '../db/sql.ts'
import { hashSecret } from './secrets.ts'

/** Lets scanners of leaked secrets recognise a token of ours. */
export const TOKEN_PREFIX = 'mdy_'
const CHECKSUM_CHARACTERS = 6
const DEFAULT_LIFETIME_DAYS = 90

export type NewToken = {
  /** Absent: the server's first organisation. */
  organizationSlug?: string
  accountId?: number
  name: string
  scopes: readonly Scope[]
  /** Usual 90; null never ends. */
  expiresInDays?: number | null
}

/** The token itself, which is stored nowhere and cannot be shown again. */
export async function createToken(database: Database, wanted: NewToken): Promise<string> {
  return (await insertToken(database, wanted)).token
}

export async function insertToken(
  database: Database,
  wanted: NewToken,
): Promise<{ id: number; token: string }> {
  const wrong = wanted.scopes.find((scope) => !SCOPES.includes(scope))
  if (wrong !== undefined) {
    throw new Error(`"${wrong}" is no scope; there are ${SCOPES.join(', ')}`)
  }
  const token = newToken()
  const row = await sqlOne<{ id: number }>(
    database,
    `insert into api_token (organization_id, account_id, name, token_hash, last_characters, scopes, expires_at)
     select id, $2, $3, $4, $5, $6, now() + make_interval(days => $7)
     from organization where $1::text is null or slug = $1 order by id limit 1 returning id`,
    [
      wanted.organizationSlug ?? null,
      wanted.accountId ?? null,
      wanted.name,
      hashSecret(token),
      token.slice(-4),
      wanted.scopes,
      wanted.expiresInDays === undefined ? DEFAULT_LIFETIME_DAYS : wanted.expiresInDays,
    ],
  )
  if (!row) throw new Error(`There is no organisation "${wanted.organizationSlug ?? ''}"`)
  return { id: row.id, token }
}

/** Cheap check before the database is asked: prefix, length and checksum. */
export function isTokenWellFormed(token: string): boolean {
  if (!token.startsWith(TOKEN_PREFIX)) return false
  const body = token.slice(TOKEN_PREFIX.length, -CHECKSUM_CHARACTERS)
  return /^[0-9a-f]{64}$/.test(body) && token.slice(-CHECKSUM_CHARACTERS) === checksum(body)
}

function newToken(): string {
  const body = randomBytes(32).toString('hex')
  return TOKEN_PREFIX + body + checksum(body)
}

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, CHECKSUM_CHARACTERS)
}

import type { Role, Scope } from '@mayday/protocol/api/account'
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { iso } from '../db/iso.ts'
import { type Database, sqlOne } from '../db/sql.ts'
import { ROLE_SCOPES } from './roles.ts'
import { hashSecret } from './secrets.ts'

export const SESSION_IDLE_DAYS = 7
export const SESSION_LIFETIME_DAYS = 30

export type CallerOrganization = {
  id: number
  slug: string
  name: string
  dateCreated: string
  /** Null for a token that belongs to no person. */
  role: Role | null
  scopes: readonly Scope[]
}

export type CallerAccount = { id: number; name: string; email: string | null; hasPassword: boolean }

/** Who calls, and where they may do what the route does. */
export type Caller = {
  /** Set for a session, absent for a token. */
  sessionHash: Buffer | null
  account: CallerAccount | null
  organizations: CallerOrganization[]
  /** Organisations in which the route's scope is held; only the one named in the path, if it names one. */
  organizationIds: number[]
}

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller
  }
}

/** The caller, put on the request by the access guard; undefined only on routes open to everyone. */
export const WithCaller = createParamDecorator(
  (_data: undefined, context: ExecutionContext) =>
    context.switchToHttp().getRequest<FastifyRequest>().caller,
)

type Row = {
  account: CallerAccount | null
  organizations: Omit<CallerOrganization, 'scopes'>[]
  scopes: Scope[] | null
}

const ORGANIZATION_JSON = `json_build_object('id', o.id, 'slug', o.slug, 'name', o.name,
  'dateCreated', ${iso('o.created_at')}, 'role', m.role)`
const ACCOUNT_JSON = `json_build_object('id', a.id, 'name', a.name, 'email', a.email,
  'hasPassword', a.password_hash is not null)`

/** Undefined when the session is unknown, idle for too long, or too old. */
export async function callerOfSession(
  database: Database,
  secret: string,
): Promise<Caller | undefined> {
  const sessionHash = hashSecret(secret)
  const row = await sqlOne<Row & { is_stale: boolean }>(
    database,
    `select ${ACCOUNT_JSON} as account, null as scopes,
       s.last_used_at < now() - interval '1 minute' as is_stale,
       (select coalesce(json_agg(${ORGANIZATION_JSON} order by o.id), '[]')
        from member m join organization o on o.id = m.organization_id
        where m.account_id = a.id) as organizations
     from session s join account a on a.id = s.account_id
     where s.token_hash = $1 and s.expires_at > now()
       and s.last_used_at > now() - make_interval(days => $2)`,
    [sessionHash, SESSION_IDLE_DAYS],
  )
  if (!row) return undefined
  if (row.is_stale) {
    await database.query('update session set last_used_at = now() where token_hash = $1', [
      sessionHash,
    ])
  }
  return { ...toCaller(row), sessionHash }
}

/** Undefined when the token is unknown, has ended, or its maker has left the organisation. */
export async function callerOfToken(
  database: Database,
  token: string,
): Promise<Caller | undefined> {
  const tokenHash = hashSecret(token)
  const row = await sqlOne<Row & { is_stale: boolean }>(
    database,
    `select case when a.id is not null then ${ACCOUNT_JSON} end as account, t.scopes,
       t.last_used_at is null or t.last_used_at < now() - interval '1 minute' as is_stale,
       json_build_array(${ORGANIZATION_JSON}) as organizations
     from api_token t join organization o on o.id = t.organization_id
     left join account a on a.id = t.account_id
     left join member m on m.account_id = t.account_id and m.organization_id = t.organization_id
     where t.token_hash = $1 and (t.expires_at is null or t.expires_at > now())
       and (t.account_id is null or m.account_id is not null)`,
    [tokenHash],
  )
  if (!row) return undefined
  if (row.is_stale) {
    await database.query('update api_token set last_used_at = now() where token_hash = $1', [
      tokenHash,
    ])
  }
  return toCaller(row)
}

function toCaller({ account, organizations, scopes }: Row): Caller {
  return {
    sessionHash: null,
    account,
    organizations: organizations.map((organization) => ({
      ...organization,
      scopes: scopesIn(organization.role, scopes),
    })),
    organizationIds: [],
  }
}

/** A session has its role's scopes; a token its own, cut down to what its maker's role still allows. */
function scopesIn(role: Role | null, ofToken: Scope[] | null): readonly Scope[] {
  const ofRole = role === null ? undefined : ROLE_SCOPES[role]
  if (ofToken === null) return ofRole ?? []
  return ofRole ? ofToken.filter((scope) => ofRole.includes(scope)) : ofToken
}

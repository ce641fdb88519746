import type { Scope } from '@mayday/protocol/api/account'
import type { CanActivate, ExecutionContext } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { AppError } from '../errors.ts'
import { ACCESS, type Access } from '../http/access.ts'
import { type Caller, callerOfSession, callerOfToken } from './caller.ts'
import { grants } from './roles.ts'
import { isSameSite } from './same-site.ts'
import { readSessionCookie } from './session-cookie.ts'
import { isTokenWellFormed } from './tokens.ts'

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/** The one gate before every route: who calls, may they, and did the request come from our own page. */
export class AccessGuard implements CanActivate {
  private readonly reflector = new Reflector()

  constructor(
    private readonly database: DataSource,
    private readonly publicUrl: string,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.get<Access | undefined>(ACCESS, context.getHandler())
    if (!access) throw new Error(`${context.getHandler().name} declares no access`)
    const http = context.switchToHttp()
    const request = http.getRequest<FastifyRequest>()
    const token = bearerToken(request)
    checkWrite(request, token !== undefined, this.publicUrl)
    if (access.kind === 'public') return true

    void http.getResponse<FastifyReply>().header('cache-control', 'no-store')
    const caller = await this.authenticate(request, token)
    if (!caller) {
      if (access.kind === 'optional' && token === undefined) return true
      throw new AppError('not_signed_in')
    }
    if (access.kind === 'session' && !caller.sessionHash) throw new AppError('session_only')
    caller.organizationIds = allowedOrganizations(
      caller,
      (request.params as Record<string, string | undefined>).organization,
      access.kind === 'scope' ? access.scope : undefined,
    )
    request.caller = caller
    return true
  }

  private async authenticate(
    request: FastifyRequest,
    token: string | undefined,
  ): Promise<Caller | undefined> {
    // A request that carries a token is judged by the token alone.
    if (token !== undefined) {
      return isTokenWellFormed(token) ? callerOfToken(this.database, token) : undefined
    }
    const secret = readSessionCookie(request, this.publicUrl)
    return secret === undefined ? undefined : callerOfSession(this.database, secret)
  }
}

function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
}

function checkWrite(request: FastifyRequest, hasToken: boolean, publicUrl: string): void {
  if (SAFE_METHODS.includes(request.method)) return
  if (!hasToken && !isSameSite(request.headers, publicUrl)) throw new AppError('cross_site')
  const type = request.headers['content-type']
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) {
    throw new AppError('not_json')
  }
}

/** An organisation that the caller does not belong to is answered as one that does not exist. */
function allowedOrganizations(
  { organizations }: Caller,
  named: string | undefined,
  scope: Scope | undefined,
): number[] {
  const inReach =
    named === undefined
      ? organizations
      : organizations.filter(({ slug, id }) => slug === named || String(id) === named)
  if (named !== undefined && inReach.length === 0) throw new AppError('not_found')
  const allowed = inReach.filter(({ scopes }) => scope === undefined || grants(scopes, scope))
  if (allowed.length === 0 && scope !== undefined) {
    throw new AppError('missing_scope', `This needs the scope ${scope}.`)
  }
  return allowed.map(({ id }) => id)
}

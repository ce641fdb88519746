import { Account, SignIn, SignInByLink } from '@mayday/protocol/api/account'
import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { DataSource } from 'typeorm'
import type { z } from 'zod'
import type { Config } from '../config.ts'
import { sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { Public, SignedIn } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { CONFIG, LOG } from '../http/injected.ts'
import { accountOf } from './account-of.ts'
import { type Caller, WithCaller } from './caller.ts'
import { isPasswordRight } from './passwords.ts'
import { clearSessionCookie, readSessionCookie, setSessionCookie } from './session-cookie.ts'
import { endSession, startSession } from './sessions.ts'
import { SignInLimits } from './sign-in-limits.ts'
import { takeSignInLink } from './sign-in-links.ts'

@ApiTags('Account')
@Controller('api/0/auth')
export class AuthController {
  private readonly limits = new SignInLimits()

  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  @SignedIn()
  @Get()
  @Answers('The account of the caller', Account)
  me(@WithCaller() caller: Caller): Account {
    return accountOf(caller)
  }

  @Public()
  @Post()
  @HttpCode(200)
  @Answers('Sign in with e-mail and password; answers with a session cookie', Account)
  async signIn(
    @Body({ schema: SignIn }) { email, password }: z.infer<typeof SignIn>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Account> {
    this.limits.check(email, request.ip)
    const row = await sqlOne<{ id: number; name: string; password_hash: string | null }>(
      this.database,
      'select id, name, password_hash from account where email = $1',
      [email.trim().toLowerCase()],
    )
    // An unknown name costs the same hashing, so that neither answer nor time tells it apart.
    if (!(await isPasswordRight(password, row?.password_hash ?? null)) || !row) {
      this.limits.failed(email, request.ip)
      this.log.warn({ email, address: request.ip }, 'sign-in failed')
      throw new AppError('wrong_credentials')
    }
    this.limits.succeeded(email, request.ip)
    await this.openSession(request, reply, row.id)
    return { id: String(row.id), name: row.name, email, hasPassword: true }
  }

  @Public()
  @Post('link')
  @HttpCode(200)
  @Answers('Sign in by the token of a one-time link; answers with a session cookie', Account)
  async signInByLink(
    @Body({ schema: SignInByLink }) { token }: z.infer<typeof SignInByLink>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Account> {
    const accountId = await takeSignInLink(this.database, token)
    const row =
      accountId === undefined
        ? undefined
        : await sqlOne<{ name: string; email: string | null; has_password: boolean }>(
            this.database,
            'select name, email, password_hash is not null as has_password from account where id = $1',
            [accountId],
          )
    if (accountId === undefined || !row) {
      this.log.warn({ address: request.ip }, 'sign-in link refused')
      throw new AppError('link_not_valid')
    }
    await this.openSession(request, reply, accountId)
    return {
      id: String(accountId),
      name: row.name,
      email: row.email,
      hasPassword: row.has_password,
    }
  }

  @Public()
  @Delete()
  @HttpCode(204)
  @Answers('Sign out: the session ends on the server', undefined, 204)
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const secret = readSessionCookie(request, this.config.url)
    if (secret !== undefined) await endSession(this.database, secret)
    clearSessionCookie(reply, this.config.url)
  }

  /** Whatever session the browser had ends: a session id from before signing in is never kept. */
  private async openSession(request: FastifyRequest, reply: FastifyReply, accountId: number) {
    const before = readSessionCookie(request, this.config.url)
    if (before !== undefined) await endSession(this.database, before)
    setSessionCookie(reply, this.config.url, await startSession(this.database, accountId))
    void reply.header('cache-control', 'no-store')
    this.log.info({ accountId, address: request.ip }, 'signed in')
  }
}

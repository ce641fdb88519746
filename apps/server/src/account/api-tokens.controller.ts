import { ApiToken, ApiTokenCreate, ApiTokenCreated } from '@mayday/protocol/api/account'
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { iso } from '../db/iso.ts'
import { sql, sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { SessionOnly } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { IdParam } from '../http/params.ts'
import { type Caller, WithCaller } from './caller.ts'
import { grants } from './roles.ts'
import { insertToken } from './tokens.ts'

const COLUMNS = `t.id::text, t.name, t.scopes, t.last_characters as "tokenLastCharacters",
  ${iso('t.created_at')} as "dateCreated", ${iso('t.last_used_at')} as "dateLastUsed",
  ${iso('t.expires_at')} as "expiresAt",
  o.slug as organization`

/** Tokens are made and ended by signed-in people alone: a token that leaked cannot breed. */
@ApiTags('Account')
@Controller('api/0/api-tokens')
export class ApiTokensController {
  constructor(private readonly database: DataSource) {}

  @SessionOnly()
  @Get()
  @Answers('API tokens made by the caller', ApiToken.array())
  list(@WithCaller() { account }: Caller): Promise<ApiToken[]> {
    return sql<ApiToken>(
      this.database,
      `select ${COLUMNS} from api_token t join organization o on o.id = t.organization_id
       where t.account_id = $1 order by t.id desc limit 100`,
      [account?.id],
    )
  }

  @SessionOnly()
  @Post()
  @Answers(
    'Make an API token; the answer is the only place that ever shows it',
    ApiTokenCreated,
    201,
  )
  async create(
    @WithCaller() { account, organizations }: Caller,
    @Body({ schema: ApiTokenCreate }) wanted: ApiTokenCreate,
  ): Promise<ApiTokenCreated> {
    const organization = wanted.organization
      ? organizations.find(({ slug }) => slug === wanted.organization)
      : organizations[0]
    if (!organization || !account) throw new AppError('not_found')
    const beyond = wanted.scopes.find((scope) => !grants(organization.scopes, scope))
    if (beyond !== undefined) {
      throw new AppError('missing_scope', `Your role does not have the scope ${beyond} itself.`)
    }
    const { id, token } = await insertToken(this.database, {
      organizationSlug: organization.slug,
      accountId: account.id,
      name: wanted.name,
      scopes: wanted.scopes,
      ...(wanted.expiresInDays === undefined ? {} : { expiresInDays: wanted.expiresInDays }),
    })
    const row = await sqlOne<ApiToken>(
      this.database,
      `select ${COLUMNS} from api_token t join organization o on o.id = t.organization_id
       where t.id = $1`,
      [id],
    )
    if (!row) throw new AppError('not_found')
    return { ...row, token }
  }

  @SessionOnly()
  @Delete(':id')
  @HttpCode(204)
  @Answers('End an API token', undefined, 204)
  async remove(
    @WithCaller() { account }: Caller,
    @Param('id', { schema: IdParam }) id: string,
  ): Promise<void> {
    const row = await sqlOne(
      this.database,
      'delete from api_token where id = $1::bigint and account_id = $2 returning id',
      [id, account?.id],
    )
    if (!row) throw new AppError('not_found')
  }
}

import { Account, AccountUpdate } from '@mayday/protocol/api/account'
import { Body, Controller, Get, Put } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { SessionOnly, SignedIn } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { accountOf } from './account-of.ts'
import { type Caller, WithCaller } from './caller.ts'
import { updateAccount } from './update-account.ts'

@ApiTags('Account')
@Controller('api/0/users/me')
export class UsersController {
  constructor(private readonly database: DataSource) {}

  @SignedIn()
  @Get()
  @Answers('The account of the caller', Account)
  me(@WithCaller() caller: Caller): Account {
    return accountOf(caller)
  }

  @SessionOnly()
  @Put()
  @Answers('Change name, e-mail or password; a new password ends all other sessions', Account)
  update(
    @WithCaller() caller: Caller,
    @Body({ schema: AccountUpdate }) update: AccountUpdate,
  ): Promise<Account> {
    return updateAccount(this.database, caller, update)
  }
}

import { ApiIndex } from '@mayday/protocol/api/account'
import { Controller, Get } from '@nestjs/common'
import { Optional } from '../http/access.ts'
import { Answers } from '../http/answers.ts'
import { type Caller, WithCaller } from './caller.ts'

@Controller('api/0')
export class IndexController {
  @Optional()
  @Get()
  @Answers('Who the caller is and what the caller may do', ApiIndex)
  index(@WithCaller() caller: Caller | undefined): unknown {
    if (!caller) return { version: '0', user: null, auth: null }
    const { account, organizations } = caller
    return {
      version: '0',
      user: account && { id: String(account.id), email: account.email ?? '', name: account.name },
      auth: { scopes: [...new Set(organizations.flatMap(({ scopes }) => scopes))] },
    }
  }
}

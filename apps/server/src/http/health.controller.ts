import { Controller, Get, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { DataSource } from 'typeorm'
import { Public } from './access.ts'
import { Readiness } from './readiness.ts'

const DATABASE_PATIENCE_MS = 2_000

@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(
    private readonly database: DataSource,
    private readonly readiness: Readiness,
  ) {}

  /** The process runs and answers; nothing else is looked at, so that a restart is not asked for in vain. */
  @Public()
  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' }
  }

  @Public()
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    if (this.readiness.isClosing) {
      void reply.status(503)
      return { status: 'closing' }
    }
    if (await this.doesDatabaseAnswer()) return { status: 'ready' }
    void reply.status(503)
    return { status: 'waiting for the database' }
  }

  private async doesDatabaseAnswer(): Promise<boolean> {
    if (!this.database.isInitialized) return false
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, DATABASE_PATIENCE_MS, false)
    })
    try {
      const answer = this.database.query('select 1').then(() => true)
      return await Promise.race([answer, tooLate])
    } catch {
      return false // "Not ready" is the whole answer; the reason is logged by whoever needed it.
    } finally {
      clearTimeout(timer)
    }
  }
}

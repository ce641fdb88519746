import type { LoggerService } from '@nestjs/common'
import type { Logger } from 'pino'

/** Nest's own lines through the one logger; its chatter at start is debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly target: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.target.debug({ rest }, String(message))
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.target.error({ rest }, String(message))
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.target.warn({ rest }, String(message))
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.target.debug({ rest }, String(message))
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.target.trace({ rest }, String(message))
  }
}

import { randomBytes } from 'node:crypto'
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { DataSource } from 'typeorm'
import { AppError, type ErrorCode } from '../errors.ts'

/** Turns whatever was thrown into `{ detail, code }`; what is nobody's mistake gets an id and a log line. */
@Catch()
export class EdgeExceptionFilter implements ExceptionFilter {
  constructor(
    private readonly database: DataSource,
    private readonly log: Logger,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    const reply = http.getResponse<FastifyReply>()
    if (reply.sent) return
    const known = this.publicError(error)
    if (known) {
      if (known.retryAfterSeconds !== undefined) {
        void reply.header('retry-after', known.retryAfterSeconds)
      }
      void reply.status(known.status).send({ detail: known.message, code: known.code })
      return
    }
    const errorId = randomBytes(8).toString('hex')
    const { method, routeOptions } = http.getRequest<FastifyRequest>()
    this.log.error(
      { ...described(error), errorId, method, route: routeOptions.url },
      'request failed',
    )
    const internal = new AppError('internal')
    void reply.status(500).send({ detail: internal.message, code: 'internal', errorId })
  }

  private publicError(error: unknown): AppError | undefined {
    if (error instanceof AppError) return error
    if (error instanceof HttpException) return fromHttpStatus(error.getStatus(), sentenceOf(error))
    const status = statusOf(error)
    if (status !== undefined && status < 500) {
      return fromHttpStatus(status, error instanceof Error ? error.message : undefined)
    }
    return fromDatabase(error, this.database.isInitialized)
  }
}

/** Validation keeps its sentences, one for each wrong field, beside a message that says nothing. */
function sentenceOf(error: HttpException): string {
  const response = error.getResponse()
  const told = typeof response === 'object' && 'message' in response ? response.message : undefined
  return Array.isArray(told) ? told.join('; ') : error.message
}

/** Not the whole error: a failed statement carries its parameters, which may be secrets. */
function described(error: unknown) {
  if (!(error instanceof Error)) return { error: String(error) }
  return { error: error.message, stack: error.stack }
}

const CODE_OF_STATUS: Record<number, ErrorCode> = {
  400: 'invalid_request',
  401: 'not_signed_in',
  403: 'missing_scope',
  404: 'not_found',
  413: 'too_large',
  415: 'not_json',
  429: 'too_many_attempts',
  503: 'overloaded',
}

function fromHttpStatus(status: number, message: string | undefined): AppError | undefined {
  const code = CODE_OF_STATUS[status] ?? (status < 500 ? 'invalid_request' : undefined)
  if (code === undefined) return undefined
  // Framework sentences are kept only where they tell what was wrong with the request.
  return new AppError(code, code === 'invalid_request' ? message : undefined)
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode
  return typeof status === 'number' ? status : undefined
}

/** SQLSTATE classes and network codes that mean "not now" rather than "wrong statement". */
const AWAY =
  /^(08\w{3}|57P0[1-5]|53\w{3}|25006|ECONNREFUSED|ECONNRESET|ENOTFOUND|ENOENT|EPIPE|ETIMEDOUT|EAI_AGAIN)$/
const AWAY_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/

function fromDatabase(error: unknown, isInitialized: boolean): AppError | undefined {
  if (!isInitialized) return new AppError('database_unavailable', undefined, 5)
  const { code, message, driverError } = error as Partial<Record<string, unknown>>
  const reason = String((driverError as { code?: unknown } | undefined)?.code ?? code ?? '')
  if (reason === '57014' || message === 'Query read timeout') return new AppError('query_too_slow')
  // A NUL character, or a number beyond the column's: the request's fault, not the statement's.
  if (reason === '22021' || reason === '22003') {
    return new AppError('invalid_request', 'A value in the request cannot exist.')
  }
  if (AWAY.test(reason) || AWAY_MESSAGE.test(String(message))) {
    return new AppError('database_unavailable', undefined, 5)
  }
  return undefined
}

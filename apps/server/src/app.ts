import fastifyCookie from '@fastify/cookie'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { LogController } from 'fastify'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { appModule } from './app.module.ts'
import type { Config } from './config.ts'
import { NestLogger } from './http/nest-logger.ts'
import { serveOpenApi } from './http/openapi.ts'
import { Readiness } from './http/readiness.ts'
import { addSecurityHeaders } from './http/security-headers.ts'
import { serveViewer } from './http/viewer.ts'
import { type IntakeDeps, registerIntake } from './pipeline/intake.ts'

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const KEEP_ALIVE_TIMEOUT_MS = 65_000
const TIMEOUT_CHECK_MS = 5_000
const MAX_HEADER_BYTES = 16 * 1024
/** For the web API; intake has its own limits. */
const MAX_BODY_BYTES = 1024 * 1024
/** A release name may have 250 characters, three bytes each when encoded. */
const MAX_PARAM_LENGTH = 1_000

export type AppOptions = {
  config: Config
  /** May still be unconnected: web routes answer 503 until it is. */
  database: DataSource
  log: Logger
  /** What intake needs; absent in a process that accepts no events. */
  intake?: IntakeDeps | undefined
}

/** The whole server but for the listening: `await app.listen(port, host)` does that. */
export async function createApp(options: AppOptions): Promise<NestFastifyApplication> {
  const { config, database, log } = options
  const readiness = new Readiness()
  const adapter = new FastifyAdapter({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
  })
  const app = await NestFactory.create<NestFastifyApplication>(
    appModule({ config, database, log, readiness }),
    adapter,
    { logger: new NestLogger(log), abortOnError: false },
  )
  const fastify = app.getHttpAdapter().getInstance()
  addSecurityHeaders(fastify, config.url)
  await app.register(fastifyCookie)
  if (options.intake) registerIntake(fastify, options.intake)
  if (config.roles.includes('web')) {
    serveOpenApi(app, config.url)
    await serveViewer(fastify)
  }
  await app.init()
  return app
}

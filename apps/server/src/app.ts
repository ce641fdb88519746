import fastifyCookie from '@fastify/cookie'
import fastifyHelmet from '@fastify/helmet'
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
  // Before the hooks below: what they do for pages would cost every event its share.
  if (options.intake) registerIntake(app.getHttpAdapter().getInstance(), options.intake)
  await app.register(fastifyHelmet, securityHeaders(config.url))
  await app.register(fastifyCookie)
  if (config.roles.includes('web')) {
    serveOpenApi(app, config.url)
    await serveViewer(app.getHttpAdapter().getInstance())
  }
  await app.init()
  return app
}

function securityHeaders(publicUrl: string) {
  const isHttps = publicUrl.startsWith('https:')
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        formAction: ["'self'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    // On plain http a browser must ignore it, and a wrong one locks people out for a year.
    hsts: isHttps ? { maxAge: 31_536_000, includeSubDomains: true } : false,
  } as const
}

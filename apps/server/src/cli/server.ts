import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { createApp } from '../app.ts'
import type { Config } from '../config.ts'
import { createDataSource } from '../db/data-source.ts'
import { startEmbeddedPostgres } from '../db/embedded-postgres.ts'
import { Readiness } from '../http/readiness.ts'
import { Closing } from './closing.ts'
import { prepareDataFolder, readOrMakeSecret } from './data-folder.ts'
import { openEventPath } from './event-path.ts'
import { ensureFirstRows, signInAddress } from './first-run.ts'
import { openOrWait } from './open-database.ts'
import { listenError } from './port.ts'
import { announceServer, withdrawServer } from './running-server.ts'
import { welcome } from './welcome.ts'

const UNFINISHED_MS = 4_000
const APP_CLOSE_MS = 6_000
const CLOSE_MS = 2_000
const POSTGRES_CLOSE_MS = 10_000

export type Server = {
  database: DataSource
  /** Address on this machine, whatever the public one is. */
  localUrl: string
  /** Resolves when the database is up to date and has its first rows. */
  ready: Promise<void>
  /** Answers what is in flight, keeps what was accepted, ends the embedded PostgreSQL. */
  stop(): Promise<void>
}

type Options = { config: Config; log: Logger; say: (text: string) => void }

/**
 * Starts everything that runs in one Mayday process, in order; stop closes it in the opposite one.
 * @throws CommandError, EmbeddedPostgresError: one line that says what hinders it
 */
export async function startServer(options: Options): Promise<Server> {
  const closing = new Closing(options.log)
  try {
    return { ...(await open(options, closing)), stop: () => closing.run() }
  } catch (error) {
    await closing.run()
    throw error
  }
}

async function open(options: Options, closing: Closing): Promise<Omit<Server, 'stop'>> {
  const { config, log, say } = options
  prepareDataFolder(config.dataDir)
  readOrMakeSecret(config.dataDir, config.secret)
  const databaseUrl = config.databaseUrl ?? (await startPostgres(options, closing))
  const database = createDataSource(databaseUrl)
  closing.add('database', CLOSE_MS, () => database.isInitialized && database.destroy())
  const waiting = new AbortController()
  closing.add('wait for the database', CLOSE_MS, () => waiting.abort())
  const { opened, awayBecause } = await openOrWait(database, {
    config,
    log,
    signal: waiting.signal,
  })
  const path = await openEventPath({ config, databaseUrl, database, log }, closing)

  const app = await createApp({ config, database, log, intake: path.intake })
  closing.add('app', APP_CLOSE_MS, () => closeApp(app))
  await listen(app, config)
  const localUrl = `http://${localHost(config.host)}:${config.port}`
  announceServer(config.dataDir, { url: config.url, localUrl })
  closing.add('announcement', CLOSE_MS, () => withdrawServer(config.dataDir))

  const ready = opened.then(async () => {
    path.startDigest()
    await greet(database, config, say)
  })
  if (awayBecause === undefined) {
    await ready
  } else {
    say(`Mayday is running at ${config.url}, but ${awayBecause}.\nIt keeps trying.\n`)
    ready.catch((error: Error) => {
      if (!waiting.signal.aborted) log.error({ err: error }, 'the first rows could not be made')
    })
  }
  return { database, localUrl, ready }
}

async function startPostgres({ config, log, say }: Options, closing: Closing): Promise<string> {
  let isUp = false
  const postgres = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: (line) => (isUp ? log.warn(line) : say(`${line}\n`)),
  })
  isUp = true
  closing.add('embedded PostgreSQL', POSTGRES_CLOSE_MS, () => postgres.stop())
  return postgres.url
}

async function listen(app: NestFastifyApplication, { port, host }: Config): Promise<void> {
  try {
    await app.listen(port, host)
  } catch (error) {
    throw listenError(error, port, host)
  }
}

async function greet(database: DataSource, config: Config, say: Options['say']): Promise<void> {
  const { project, ownerId, needsLink } = await ensureFirstRows(database, config)
  const signInUrl = needsLink ? await signInAddress(database, config, ownerId) : undefined
  say(welcome({ url: config.url, project, signInUrl }))
}

/**
 * Says that it is closing first, so that a load balancer sends nothing more. A body that is still on
 * its way after a while is given up: its sender got no answer and sends it again.
 */
async function closeApp(app: NestFastifyApplication): Promise<void> {
  app.get(Readiness).isClosing = true
  const timer = setTimeout(() => app.getHttpServer().closeAllConnections(), UNFINISHED_MS)
  await app.close()
  clearTimeout(timer)
}

function localHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

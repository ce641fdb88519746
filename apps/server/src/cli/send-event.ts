import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { authHeader, type Dsn, envelopeUrl, parseDsn } from '@mayday/protocol/dsn'
import { serializeEnvelope } from '@mayday/protocol/envelope'
import type { Config } from '../config.ts'
import { CommandError, UsageError, type Values } from './command.ts'
import { withDatabase } from './command-database.ts'
import { findFirstProject } from './first-run.ts'
import { findRunningServer, loadCommandConfig } from './running-server.ts'
import { VERSION } from './version.ts'

const DEFAULT_MESSAGE = 'Test event from mayday send-event'
const REQUEST_TIMEOUT_MS = 10_000

export async function sendEvent(values: Values): Promise<number> {
  const config = loadCommandConfig()
  const named = values.dsn as string | undefined
  const dsn = readDsn(named ?? (await firstDsn(config)))
  const eventId = await send(dsn, String(values.message ?? DEFAULT_MESSAGE))
  const url = `${named === undefined ? config.url : addressOf(dsn)}/e/${eventId}`
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ eventId, url })}\n`
      : `Accepted as ${eventId}. See it at ${url}\n`,
  )
  return 0
}

/** By the address on this machine, if it is this machine's server: the public one may not be reachable here. */
async function firstDsn(config: Config): Promise<string> {
  const url = findRunningServer(config.dataDir)?.localUrl ?? config.url
  const project = await withDatabase(config, (database) =>
    findFirstProject(database, { ...config, url }),
  )
  if (project) return project.dsn
  throw new CommandError('there is no project yet; make one by mayday project create ORG/PROJECT')
}

function addressOf({ scheme, host, port, path }: Dsn): string {
  return `${scheme}://${host}${port === undefined ? '' : `:${port}`}${path}`
}

function readDsn(text: string): Dsn {
  try {
    return parseDsn(text)
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\.$/, ''))
  }
}

async function send(dsn: Dsn, message: string): Promise<string> {
  const eventId = randomUUID().replaceAll('-', '')
  const event = {
    event_id: eventId,
    timestamp: Date.now() / 1000,
    platform: 'node',
    level: 'error',
    logger: 'mayday.cli',
    message,
    server_name: hostname(),
    contexts: { runtime: { name: 'node', version: process.version } },
  }
  const body = serializeEnvelope({
    header: { event_id: eventId, sent_at: new Date().toISOString() },
    items: [{ header: { type: 'event' }, payload: Buffer.from(JSON.stringify(event)) }],
  })
  const address = envelopeUrl(dsn)
  const response = await fetch(address, {
    method: 'POST',
    body: Buffer.from(body),
    headers: {
      'content-type': 'application/x-sentry-envelope',
      'x-sentry-auth': authHeader(dsn, `mayday.cli/${VERSION}`),
    },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    redirect: 'error',
  }).catch((error: Error) => {
    const reason = (error.cause as Error | undefined)?.message || error.message
    throw new CommandError(`cannot reach ${address}: ${reason}`)
  })
  const answer = (await response.text()).slice(0, 300)
  if (response.ok) return eventId
  throw new CommandError(`${address} answered ${response.status}: ${answer.trim()}`)
}

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Client, Integration } from '../client.ts'
import { type Context, currentContext } from '../current-scope.ts'
import { readProperty } from '../failed-request.ts'
import { commandWithoutValues, type Dialect, withoutValues } from '../statement.ts'

type Database = {
  system: string
  channels: string[]
  /** What was asked, without values; undefined when the message is not as expected. */
  describe(message: unknown): string | undefined
}

/**
 * The clients that tell of their queries by a tracing channel of Node, and what they tell, as read in
 * mysql2 3.24, mssql 12.7, mongoose 9.12, redis 6.3 and ioredis 6.0. Not among them, since they have no
 * such channel: pg 8.23, mongodb 7.9, tedious 19.2, knex 3.3, better-sqlite3 12.11, Prisma 7.10.
 */
const DATABASES: Database[] = [
  {
    system: 'mysql',
    channels: ['mysql2:query', 'mysql2:execute'],
    describe: (message) => sql(readProperty(message, 'query'), 'mysql'),
  },
  {
    system: 'mssql',
    channels: ['mssql:query', 'mssql:batch', 'mssql:execute', 'mssql:prepared-statement:execute'],
    describe: (message) =>
      sql(readProperty(message, 'command') ?? readProperty(message, 'statement'), 'standard') ??
      procedure(readProperty(message, 'procedure')),
  },
  {
    system: 'mongodb',
    channels: [
      'mongoose:query',
      'mongoose:aggregate',
      'mongoose:model:save',
      'mongoose:model:insertMany',
      'mongoose:model:bulkWrite',
    ],
    describe: (message) =>
      named(readProperty(message, 'collection'), readProperty(message, 'operation')),
  },
  {
    system: 'redis',
    channels: ['node-redis:command', 'ioredis:command'],
    describe: redisCommand,
  },
]

type Started = { context: Context; atMs: number; text: string }

/**
 * Keeps database queries as breadcrumbs, without their values. No module is changed; what a client
 * does not tell by a diagnostics channel is not known.
 */
export const queryBreadcrumbsIntegration: Integration = {
  name: 'QueryBreadcrumbs',
  install(client) {
    const listeners = DATABASES.flatMap((database) =>
      database.channels.flatMap((channel) => listenersOf(client, database, channel)),
    )
    for (const [name, listener] of listeners) subscribe(name, listener)
    return () => {
      for (const [name, listener] of listeners) unsubscribe(name, listener)
    }
  },
}

type Listener = [name: string, listener: (message: unknown) => void]

function listenersOf(client: Client, { system, describe }: Database, channel: string): Listener[] {
  const started = new WeakMap<object, Started>()
  const begin = (message: unknown) => {
    const text = describe(message)
    if (text === undefined || typeof message !== 'object' || message === null) return
    started.set(message, { context: currentContext(), atMs: performance.now(), text })
  }
  const end = (message: unknown) => {
    const begun = typeof message === 'object' && message !== null && started.get(message)
    if (!begun) return
    started.delete(message)
    addBreadcrumb(client, system, begun, readProperty(message, 'error'))
  }
  const listeners: Listener[] = [
    [`tracing:${channel}:start`, begin],
    // Before the program's own code hears of it, so that an event made there already tells it.
    [`tracing:${channel}:asyncStart`, end],
    // One that threw at once never comes to that.
    [`tracing:${channel}:end`, (message) => hasError(message) && end(message)],
  ]
  return listeners.map(([name, listener]) => [name, guarded(client, listener)])
}

function hasError(message: unknown): boolean {
  return readProperty(message, 'error') !== undefined
}

/** What a listener throws, Node throws into the program. */
function guarded(client: Client, listener: (message: unknown) => void) {
  return (message: unknown) => {
    try {
      listener(message)
    } catch (error) {
      client.log(`breadcrumb lost: ${String(error)}`)
    }
  }
}

function addBreadcrumb(
  client: Client,
  system: string,
  { context, atMs, text }: Started,
  error: unknown,
): void {
  client.addBreadcrumb(
    {
      type: 'query',
      category: 'query',
      level: error === undefined ? 'info' : 'warning',
      message: text,
      data: {
        'db.system': system,
        duration_ms: Math.round(performance.now() - atMs),
        ...(error === undefined ? {} : { error: codeOf(error) }),
      },
    },
    context,
  )
}

/** `ER_DUP_ENTRY` and the like; not the message, which often repeats values. */
function codeOf(error: unknown): string {
  const [code, name] = [readProperty(error, 'code'), readProperty(error, 'name')]
  return [code, name].find((text) => typeof text === 'string') ?? 'failed'
}

function sql(statement: unknown, dialect: Dialect): string | undefined {
  return typeof statement === 'string' ? withoutValues(statement, dialect) : undefined
}

function procedure(name: unknown): string | undefined {
  return typeof name === 'string' ? `EXECUTE ${withoutValues(name, 'standard')}` : undefined
}

function named(collection: unknown, operation: unknown): string | undefined {
  if (typeof operation !== 'string') return undefined
  return `${typeof collection === 'string' ? `${collection}.` : ''}${operation}`.slice(0, 200)
}

/** ioredis gives the arguments without the command, redis with it. */
function redisCommand(message: unknown): string | undefined {
  const command = readProperty(message, 'command')
  if (typeof command !== 'string') return undefined
  const args = readProperty(message, 'args')
  const list: unknown[] = Array.isArray(args) ? args : []
  const isCommandFirst = String(list[0]).toUpperCase() === command.toUpperCase()
  return commandWithoutValues(command, list[isCommandFirst ? 1 : 0])
}

import * as diagnostics from 'node:diagnostics_channel'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import * as Mayday from '../index.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

let sink: Sink
beforeEach(async () => {
  sink = await startSink()
  Mayday.init({ dsn: sink.dsn })
})
afterEach(async () => {
  await Mayday.close(1000)
  Mayday.getIsolationScope().clear()
  await sink.close()
})

async function breadcrumbs() {
  Mayday.captureException(new Error('afterwards'))
  expect(await Mayday.flush(5000)).toBe(true)
  return sink.events()[0]?.breadcrumbs?.values ?? []
}

/** Publishes as the client of that database does, with the fields that it has been seen to give. */
async function query(channel: string, context: object, error?: Error): Promise<void> {
  const work = async () => {
    if (error) throw error
  }
  await diagnostics
    .tracingChannel(channel)
    .tracePromise(work, context)
    .catch(() => undefined)
}

test.each([
  [
    'mysql2:query',
    { query: "select * from users where id = 7 and name = 'Ada'", values: [7] },
    'mysql',
    'select * from users where id = ? and name = ?',
  ],
  ['mysql2:execute', { query: 'select ? from t', values: ['Ada'] }, 'mysql', 'select ? from t'],
  [
    'mssql:query',
    { command: "select * from t where a = N'Ada'", parameters: [] },
    'mssql',
    'select * from t where a = N?',
  ],
  [
    'mssql:execute',
    { procedure: 'dbo.bill', parameters: ['customer'] },
    'mssql',
    'EXECUTE dbo.bill',
  ],
  ['mssql:prepared-statement:execute', { statement: 'select @a' }, 'mssql', 'select @a'],
  [
    'mongoose:query',
    { operation: 'findOne', collection: 'users', args: { filter: { name: 'Ada' } } },
    'mongodb',
    'users.findOne',
  ],
  ['node-redis:command', { command: 'SET', args: ['SET', 'user:Ada', '?'] }, 'redis', 'SET user:?'],
  ['ioredis:command', { command: 'get', args: ['user:Ada'] }, 'redis', 'GET user:?'],
])(
  'a query of %s is a breadcrumb without its values',
  async (channel, context, system, message) => {
    await query(channel, context)
    const found = await breadcrumbs()
    expect(found).toMatchObject([
      { type: 'query', category: 'query', level: 'info', message, data: { 'db.system': system } },
    ])
    expect(JSON.stringify(found)).not.toContain('Ada')
  },
)

test('a query that fails is a warning with the code of the error', async () => {
  const error = Object.assign(new Error(`Duplicate entry 'Ada'`), { code: 'ER_DUP_ENTRY' })
  await query('mysql2:query', { query: 'insert into t values (1)' }, error)
  const found = await breadcrumbs()
  expect(found).toMatchObject([{ level: 'warning', data: { error: 'ER_DUP_ENTRY' } }])
  expect(JSON.stringify(found)).not.toContain('Ada')
})

test('a query belongs to the scope in which it was begun', async () => {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const channel = diagnostics.tracingChannel('mysql2:query')
  const [asked] = Mayday.withIsolationScope((scope) => [
    channel.tracePromise(() => gate, { query: 'select 1' }).then(() => scope),
  ])
  release()
  const scope = await asked
  expect(await breadcrumbs()).toEqual([])
  Mayday.withIsolationScope(scope, () => Mayday.captureException(new RangeError('inside')))
  await Mayday.flush(5000)
  expect(sink.events()[1]?.breadcrumbs?.values).toMatchObject([{ message: 'select ?' }])
})

test('messages in a shape that nobody knows are passed over', async () => {
  for (const context of [{}, { command: 7 }, { query: Symbol('x') }]) {
    await query('mysql2:query', context)
    await query('ioredis:command', context)
  }
  expect(await breadcrumbs()).toEqual([])
})

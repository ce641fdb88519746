import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { BUILT_CJS, runProgram } from './test-support/run-program.ts'
import { type Sink, startSink } from './test-support/sink.ts'

let sink: Sink
beforeAll(async () => {
  sink = await startSink()
})
afterAll(() => sink.close())

const program = (options: string, rest = '') => `
  const Mayday = require(${JSON.stringify(BUILT_CJS)})
  const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)])
  Mayday.init(${options})
  const before = JSON.stringify(listeners())
  for (let count = 0; count < 1000; count++) Mayday.init(${options})
  if (JSON.stringify(listeners()) !== before) console.log('listeners leak', before, JSON.stringify(listeners()))
  ${rest}
  console.log('the app runs')
`

test.each([
  [
    'without a DSN',
    '',
    'No DSN was given, so nothing is sent. Pass dsn to init, or set MAYDAY_DSN.',
  ],
  [
    'with a bad DSN',
    `{ dsn: 'https://example.org' }`,
    'The DSN is wrong: the public key before the @ is missing. Expected https://PUBLIC_KEY@HOST/PROJECT_ID. Nothing is sent.',
  ],
])(
  'init a thousand times %s gives one warning and leaves the app alone',
  async (_, options, line) => {
    const result = await runProgram(program(options))
    expect(result).toMatchObject({
      code: 0,
      stdout: 'the app runs\n',
      stderr: `[mayday] ${line}\n`,
    })
  },
)

test('init a thousand times with a DSN adds no listeners, and the last one reports', async () => {
  const result = await runProgram(
    program(`{ dsn: ${JSON.stringify(sink.dsn)} }`, `Mayday.captureException(new Error('once'))`),
  )
  expect(result).toMatchObject({ code: 0, stdout: 'the app runs\n', stderr: '' })
  expect(sink.events()).toHaveLength(1)
})

test('what changes nothing is told in one line each where debug is on, and is silent elsewhere', async () => {
  const source = (debug: boolean) => `
    const Mayday = require(${JSON.stringify(BUILT_CJS)})
    Mayday.init({
      dsn: ${JSON.stringify(sink.dsn)},
      debug: ${debug},
      tracesSampleRate: 1,
      sendDefaultPii: true,
      integrations: [
        Mayday.consoleIntegration({ levels: [] }),
        Mayday.requestDataIntegration({ include: {} }),
        Mayday.dedupeIntegration(),
      ],
    })
  `
  expect(await runProgram(source(false))).toMatchObject({ code: 0, stderr: '' })
  expect((await runProgram(source(true))).stderr.trimEnd().split('\n')).toEqual([
    '[mayday] options that change nothing: tracesSampleRate, sendDefaultPii (cookies, credentials and addresses are never sent; see maxRequestBodySize for bodies)',
    '[mayday] options of the integration Console change nothing',
    '[mayday] options of the integration RequestData change nothing',
  ])
})

test('two versions in one process leave it to the program whether rejections are handled', async () => {
  const result = await runProgram(`
    const fs = require('node:fs')
    const Module = require('node:module')
    const file = ${JSON.stringify(BUILT_CJS)}
    const other = new Module(file)
    other.filename = file
    other.paths = Module._nodeModulePaths(file)
    const source = fs.readFileSync(file, 'utf8')
    other._compile(source.replaceAll(/mayday\\.node@[\\d.]+/g, 'mayday.node@0.0.0'), file)
    const options = { dsn: ${JSON.stringify(sink.dsn)} }
    const versions = [require(file), other.exports]
    console.log(versions[0] === versions[1])
    for (const Mayday of versions) Mayday.init(options)
    const count = () => console.log(process.listenerCount('unhandledRejection'))
    const own = () => undefined
    process.on('unhandledRejection', own)
    count()
    process.off('unhandledRejection', own)
    count()
  `)
  expect(result).toMatchObject({ code: 0, stdout: 'false\n3\n0\n', stderr: '' })
})

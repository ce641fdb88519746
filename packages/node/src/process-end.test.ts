import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { BUILT_CJS, BUILT_ESM, runProgram } from './test-support/run-program.ts'
import { type Sink, startSink } from './test-support/sink.ts'

// Each test starts programs of its own.
jest.setTimeout(30_000)

let sink: Sink
beforeEach(async () => {
  sink = await startSink()
})
afterEach(() => sink.close())

const head = (withSdk: boolean, options = '') =>
  withSdk
    ? `const Mayday = require(${JSON.stringify(BUILT_CJS)});
       Mayday.init({ dsn: process.env.DSN ${options} });
       `
    : '\n\n       '

/** The same program with and without the SDK; both have as many lines before the body. */
async function both(body: string, options: { nodeArgs?: string[] } = {}) {
  const env = { DSN: sink.dsn }
  const bare = await runProgram(`${head(false)}${body}`, { ...options, env })
  const reported = await runProgram(`${head(true)}${body}`, { ...options, env })
  return { bare, reported }
}

/** Folder names differ between two runs. */
const neutral = (text: string) => text.replace(/mayday-program-\w+/g, 'FOLDER')

describe('uncaught exceptions', () => {
  test.each([
    ['thrown at once', `throw new RangeError('too late')`],
    ['thrown in a timer', `setTimeout(() => { throw new RangeError('too late') }, 1)`],
    ['rejected', `Promise.reject(new RangeError('too late'))`],
    ['with an exit code of the program', `process.exitCode = 7; throw new RangeError('too late')`],
    ['a stack overflow', `function deep() { return deep() + 1 }\ndeep()`],
  ])('%s: sent, and exit code and stderr are those of Node', async (_, body) => {
    const { bare, reported } = await both(body)
    expect(neutral(reported.stderr)).toBe(neutral(bare.stderr))
    expect(reported.code).toBe(bare.code)
    expect(sink.events()).toHaveLength(1)
    const [event] = sink.events()
    expect(event).toMatchObject({
      level: 'fatal',
      exception: { values: [{ type: 'RangeError', mechanism: { handled: false } }] },
    })
    expect(event?.exception?.values[0]?.stacktrace?.frames.at(-1)).toMatchObject({
      filename: 'program.cjs',
      in_app: true,
      context_line: expect.any(String),
    })
  })

  test('a reason that is no error is told as it is', async () => {
    const { bare, reported } = await both(`Promise.reject('out of tea')`)
    expect(reported.code).toBe(bare.code)
    expect(neutral(reported.stderr)).toBe(neutral(bare.stderr))
    expect(sink.events()[0]?.exception?.values).toMatchObject([
      { type: 'NonError', value: 'out of tea', mechanism: { type: 'onunhandledrejection' } },
    ])
  })

  test("a listener of the program's own decides; the event is sent all the same", async () => {
    const { reported } = await both(`
      process.on('uncaughtException', (e) => { console.log('mine: ' + e.message); setTimeout(() => console.log('alive'), 50) })
      setTimeout(() => { throw new Error('survived') }, 1)`)
    expect(reported).toMatchObject({ code: 0, stdout: 'mine: survived\nalive\n', stderr: '' })
    expect(sink.events()).toMatchObject([{ level: 'error' }])
  })

  test('a server that never answers delays the end by the shutdown timeout at most', async () => {
    sink.answerWith(() => undefined)
    const result = await runProgram(
      `${head(true, ', shutdownTimeout: 1500')}throw new Error('x')`,
      {
        env: { DSN: sink.dsn },
      },
    )
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('Error: x')
    expect(sink.events()).toHaveLength(1)
  })

  test('a hook that answers by a promise is waited for', async () => {
    const result = await runProgram(
      `${head(true, `, beforeSend: async (event) => { await null; event.tags = { seen: 'yes' }; return event }`)}
      throw new Error('asked first')`,
      { env: { DSN: sink.dsn } },
    )
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('Error: asked first')
    expect(sink.events()).toMatchObject([{ tags: { seen: 'yes' } }])
  })

  test('a second error while the first waits for its hook ends the process', async () => {
    const result = await runProgram(
      `${head(true, `, beforeSend: (event) => event.exception.values[0].value === 'first' ? new Promise(() => {}) : event`)}
      setTimeout(() => { throw new Error('second') }, 20)
      throw new Error('first')`,
      { env: { DSN: sink.dsn } },
    )
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('Error: second')
    expect(sink.events().map((event) => event.exception?.values[0]?.value)).toEqual(['second'])
  })
})

describe('the end of a process', () => {
  test('what was captured just before process.exit is sent', async () => {
    const result = await runProgram(
      `${head(true)}Mayday.captureException(new Error('last words')); process.exit(3)`,
      { env: { DSN: sink.dsn } },
    )
    expect(result).toMatchObject({ code: 3, stderr: '' })
    expect(sink.events()).toMatchObject([{ exception: { values: [{ value: 'last words' }] } }])
  })

  test('what was captured at the end of a script is sent', async () => {
    const result = await runProgram(`${head(true)}Mayday.captureMessage('done')`, {
      env: { DSN: sink.dsn },
    })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(sink.events()).toMatchObject([{ level: 'info', logentry: { formatted: 'done' } }])
  })

  test('an awaited flush keeps the process alive until it is done', async () => {
    const result = await runProgram(
      `import * as Mayday from ${JSON.stringify(BUILT_ESM)}
       Mayday.init({ dsn: process.env.DSN })
       Mayday.captureException(new Error('flushed'))
       console.log(await Mayday.flush(5000))`,
      { env: { DSN: sink.dsn }, extension: 'mjs' },
    )
    expect(result).toMatchObject({ code: 0, stdout: 'true\n', stderr: '' })
    expect(sink.events()).toHaveLength(1)
  })

  test('an idle SDK does not keep the process alive', async () => {
    const { bare, reported } = await both(`console.log('bye')`)
    expect(reported).toMatchObject({ code: bare.code, stdout: 'bye\n' })
    expect(sink.received).toHaveLength(0)
  })

  test('an unreachable server is silently given up', async () => {
    await sink.close()
    const result = await runProgram(`${head(true)}Mayday.captureException(new Error('x'))`, {
      env: { DSN: sink.dsn },
    })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    sink = await startSink()
  })
})

describe('unhandled rejections', () => {
  const reject = `Promise.reject(new Error('nobody cares'))`

  test.each(['strict', 'throw', 'warn', 'none'])('mode %s of Node is kept', async (mode) => {
    const nodeArgs = [`--unhandled-rejections=${mode}`]
    const { bare, reported } = await both(reject, { nodeArgs })
    expect(reported.code).toBe(bare.code)
    expect(neutral(reported.stderr).replaceAll(/\(node:\d+\)/g, '')).toBe(
      neutral(bare.stderr).replaceAll(/\(node:\d+\)/g, ''),
    )
    expect(sink.events()).toMatchObject([
      { exception: { values: [{ value: 'nobody cares', mechanism: { handled: false } }] } },
    ])
  })

  test("a listener of the program's own keeps it alive, before or after init", async () => {
    const listen = `process.on('unhandledRejection', (e) => console.log('mine: ' + e.message));`
    const env = { DSN: sink.dsn }
    const after = await runProgram(`${head(true)}${listen}${reject}`, { env })
    const before = await runProgram(`${listen}${head(true)}${reject}`, { env })
    for (const result of [after, before]) {
      expect(result).toMatchObject({ code: 0, stdout: 'mine: nobody cares\n', stderr: '' })
    }
    expect(sink.events()).toHaveLength(2)
  })

  test('a listener that is taken away again leaves Node its default', async () => {
    const result = await runProgram(
      `${head(true)}const f = () => {}; process.on('unhandledRejection', f); process.off('unhandledRejection', f); ${reject}`,
      { env: { DSN: sink.dsn } },
    )
    expect(result.code).toBe(1)
    expect(sink.events()).toHaveLength(1)
  })
})

test('a polluted prototype changes nothing of where events go and what is in them', async () => {
  const other = await startSink()
  const pollution = `Object.assign(Object.prototype, ${JSON.stringify({
    dsn: other.dsn,
    MAYDAY_DSN: other.dsn,
    beforeSend: 'x',
    release: 'polluted',
    enabled: false,
    socketPath: '/nowhere',
    polluted: 'yes',
    tunnel: other.dsn,
    sampleRate: 0,
    scrub: ['clean'],
    denyUrls: ['program'],
    allowUrls: ['nothing'],
    ignoreErrors: ['clean'],
    initialScope: { tags: { polluted: 'yes' } },
    defaultIntegrations: false,
    maxRequestBodySize: 'always',
    maxValueLength: 1,
  })});`
  const capture = `Mayday.captureException(new Error('clean'), {}); Mayday.addBreadcrumb({ message: 'm' });`
  const env = { DSN: sink.dsn, GITHUB_SHA: 'own' }
  await runProgram(`${pollution}${head(true)}${capture}`, { env })
  await runProgram(`${head(true)}${pollution}${capture}process.exit(0)`, { env })
  await runProgram(`${pollution}require(${JSON.stringify(BUILT_CJS)}).init()`, { env })
  expect(other.received).toHaveLength(0)
  expect(sink.events()).toHaveLength(2)
  for (const event of sink.events()) {
    expect(event.release).toBe('own')
    expect(JSON.stringify([event.contexts, event.tags])).not.toContain('polluted')
    expect(event.exception?.values[0]?.value).toBe('clean')
  }
  await other.close()
})

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { BUILT_CJS, runProgram } from './test-support/run-program.ts'
import { type Sink, startSink } from './test-support/sink.ts'

// Each test starts programs of its own.
jest.setTimeout(60_000)

let sink: Sink
let spoolDirectory: string
beforeEach(async () => {
  sink = await startSink()
  spoolDirectory = mkdtempSync(join(tmpdir(), 'mayday-outliving-'))
})
afterEach(async () => {
  await sink.close()
  rmSync(spoolDirectory, { recursive: true, force: true })
})

const head = `const Mayday = require(${JSON.stringify(BUILT_CJS)});
  Mayday.init({ dsn: process.env.DSN, spoolDirectory: process.env.SPOOL });
  const capture = (text) => Mayday.captureException(new Error(text));
  `
const run = (body: string, withSdk = true) =>
  runProgram(`${withSdk ? head : 'const capture = () => {}\n\n\n  '}${body}`, {
    env: { DSN: sink.dsn, SPOOL: spoolDirectory },
  })
/** A later start of the program, which has nothing of its own to tell. */
const nextStart = () => run(`Mayday.flush(20_000).then((isSent) => console.log(isSent))`)
const texts = () =>
  sink
    .events()
    .map((event) => event.exception?.values[0]?.value)
    .sort()
/** Folder names, and what our head adds to the line, differ between two runs. */
const neutral = (text: string) => text.replace(/mayday-program-\w+/g, 'FOLDER')

const until = (isSo: () => boolean) =>
  new Promise<void>((resolve) => {
    const check = () => (isSo() ? resolve() : setTimeout(check, 20))
    check()
  })

const ENDS: [string, string][] = [
  ['an uncaught exception', `throw new Error('last')`],
  ['an unhandled rejection', `Promise.reject(new Error('last'))`],
  ['process.exit right after capture', `capture('last'); process.exit(3)`],
  ['process.exit a moment after', `capture('last'); setTimeout(() => process.exit(3), 50)`],
  ['the natural end of the script', `capture('last')`],
  ['SIGTERM', `capture('last'); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)`],
  ['SIGINT', `capture('last'); process.kill(process.pid, 'SIGINT'); setInterval(() => {}, 1000)`],
  ['SIGHUP', `capture('last'); process.kill(process.pid, 'SIGHUP'); setInterval(() => {}, 1000)`],
]

describe.each(ENDS)('%s', (_, body) => {
  const expectSameEnd = async () => {
    const bare = await run(body, false)
    const reported = await run(body)
    expect(reported.code).toBe(bare.code)
    expect(reported.signal).toBe(bare.signal)
    expect(neutral(reported.stderr)).toBe(neutral(bare.stderr))
  }

  test('while no server is there: the next start sends the event', async () => {
    const { port } = sink
    await sink.close()
    await expectSameEnd()
    sink = await startSink('127.0.0.1', '', port)
    expect(await nextStart()).toMatchObject({ stdout: 'true\n', stderr: '' })
    expect(texts()).toEqual(['last'])
  })

  test('while the server is silent: the next start sends the event', async () => {
    sink.answerWith(() => undefined)
    await expectSameEnd()
    sink.answerWith((response) => response.end('{}'))
    sink.received.length = 0
    expect(await nextStart()).toMatchObject({ stdout: 'true\n', stderr: '' })
    expect(texts()).toEqual(['last'])
  })

  test('while the server answers 503: the next start sends the event', async () => {
    sink.answerWith((response) => {
      response.statusCode = 503
      response.end()
    })
    await expectSameEnd()
    sink.answerWith((response) => response.end('{}'))
    sink.received.length = 0
    expect(await nextStart()).toMatchObject({ stdout: 'true\n', stderr: '' })
    expect(texts()).toEqual(['last'])
  })
})

describe('signals', () => {
  test('a handler that waits for flush gets the event sent', async () => {
    const result = await run(`
      process.on('SIGTERM', () => Mayday.flush(5000).then((isSent) => process.exit(isSent ? 5 : 6)))
      capture('flushed'); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)`)
    expect(result).toMatchObject({ code: 5, stderr: '' })
    expect(texts()).toEqual(['flushed'])
  })

  test('there is a listener of ours only while an event is neither sent nor on disk', async () => {
    const { stdout } = await run(`
      const count = () => ['SIGTERM', 'SIGINT', 'SIGHUP'].map((name) => process.listenerCount(name)).join()
      console.log(count()); capture('one'); console.log(count())
      Mayday.flush(5000).then(() => console.log(count()))`)
    expect(stdout).toBe('0,0,0\n1,1,1\n0,0,0\n')
  })

  test('beside a listener of the program there is none of ours', async () => {
    const { stdout } = await run(`
      const mine = () => {}
      process.on('SIGTERM', mine); capture('one'); console.log(process.listenerCount('SIGTERM'), process.listenerCount('SIGINT'))
      process.on('SIGINT', mine); console.log(process.listenerCount('SIGINT'))
      process.off('SIGTERM', mine); console.log(process.listeners('SIGTERM').includes(mine), process.listenerCount('SIGTERM'))
      process.off('SIGTERM', mine)`)
    expect(stdout).toBe('1 1\n1\nfalse 1\n')
  })

  test('a handler that raises the signal again, once it has tidied up, loses nothing', async () => {
    sink.answerWith(() => undefined)
    const result = await run(`
      process.once('SIGTERM', () => process.kill(process.pid, 'SIGTERM'))
      capture('tidy'); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)`)
    expect(result).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' })
    sink.answerWith((response) => response.end('{}'))
    sink.received.length = 0
    await nextStart()
    expect(texts()).toEqual(['tidy'])
  })
})

describe('a server that is away', () => {
  test('the same process sends when the server is back, and leaves nothing on disk', async () => {
    const { port } = sink
    await sink.close()
    const running = run(`
      for (let n = 0; n < 80; n++) capture('kept ' + 'x'.repeat(n))
      const again = () => Mayday.flush(1000).then((isSent) => isSent ? console.log('sent') : setTimeout(again, 100))
      again()`)
    // Back when the first events are on disk, which is when sending has failed.
    await until(() => readdirSync(spoolDirectory).length > 0)
    sink = await startSink('127.0.0.1', '', port)
    expect(await running).toMatchObject({ stdout: 'sent\n', stderr: '' })
    const sent = texts()
    expect(sent.length).toBeGreaterThanOrEqual(64)
    expect(new Set(sent).size).toBe(sent.length)
    sink.received.length = 0
    await nextStart()
    expect(texts()).toEqual([])
  })

  test('what was captured meanwhile outlives kill -9', async () => {
    const { port } = sink
    await sink.close()
    const result = await run(`
      capture('first')
      Mayday.flush(300).then(() => {
        capture('second')
        setImmediate(() => setImmediate(() => setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20)))
      })`)
    expect(result.signal).toBe('SIGKILL')
    sink = await startSink('127.0.0.1', '', port)
    await nextStart()
    // The death itself is told, too.
    expect(texts()).toEqual([expect.stringContaining('killed'), 'first', 'second'])
  })

  test('two programs that start at the same time send each event once', async () => {
    const { port } = sink
    await sink.close()
    await run(`for (let n = 0; n < 20; n++) capture('kept ' + 'x'.repeat(n)); process.exit()`)
    sink = await startSink('127.0.0.1', '', port)
    await Promise.all([nextStart(), nextStart()])
    expect(texts()).toEqual(Array.from({ length: 20 }, (_, n) => `kept ${'x'.repeat(n)}`))
  })

  test('what waits on disk keeps no program alive that ends', async () => {
    const { port } = sink
    await sink.close()
    await run(`capture('kept'); process.exit()`)
    sink = await startSink('127.0.0.1', '', port)
    sink.answerWith(() => undefined)
    const result = await run(`console.log('bye')`)
    expect(result).toMatchObject({ code: 0, stdout: 'bye\n', stderr: '' })
    sink.answerWith((response) => response.end('{}'))
    sink.received.length = 0
    await nextStart()
    expect(texts()).toEqual(['kept'])
  })

  test('counts of what was dropped are sent by the next start', async () => {
    await runProgram(
      `${head.replace('spoolDirectory:', 'beforeSend: () => null, spoolDirectory:')}capture('y'); process.exit()`,
      { env: { DSN: sink.dsn, SPOOL: spoolDirectory } },
    )
    await nextStart()
    expect(sink.reports().flatMap((report) => report.discarded_events)).toEqual([
      { reason: 'before_send', category: 'error', quantity: 1 },
    ])
  })

  test('nothing of one project is sent to another', async () => {
    const { port } = sink
    await sink.close()
    await run(`capture('kept'); process.exit()`)
    const other = await startSink()
    await runProgram(`${head}Mayday.flush(5000)`, {
      env: { DSN: other.dsn, SPOOL: spoolDirectory },
    })
    expect(other.received).toHaveLength(0)
    await other.close()
    sink = await startSink('127.0.0.1', '', port)
  })
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type EventSink, startEventSink } from '../support/event-sink.ts'
import { type InstalledSdk, installSdk, runNode } from '../support/installed-sdk.ts'

let sdk: InstalledSdk
let sink: EventSink
beforeAll(async () => {
  sdk = await installSdk()
})
afterAll(() => sdk.remove())
beforeEach(async () => {
  sink = await startEventSink()
})
afterEach(() => sink.close())

const BEGIN = `require('@mayday/node').init({ dsn: process.env.DSN, release: '1' })`

/** Runs the same file with the SDK and without. */
async function bothWays(source: string) {
  const file = await sdk.write('program.cjs', source)
  const begin = await sdk.write('begin.cjs', BEGIN)
  const env = { DSN: sink.dsn }
  const bare = await runNode([file], { env })
  return { bare, watched: await runNode(['--require', begin, file], { env }) }
}

/** Every way to call it that Node documents, and wrong ones; what comes out is told byte by byte. */
const ANSWERS = `
  const http = require('node:http'), net = require('node:net')
  const calls = [
    (r) => r.writeHead(200),
    (r) => r.writeHead(200, 'Fine'),
    (r) => r.writeHead(200, { 'Content-Type': 'text/plain', 'X-Two': ['a', 'b'] }),
    (r) => r.writeHead(200, 'Fine', { 'Content-Length': 2 }),
    (r) => r.writeHead(200, ['X-A', '1', 'x-a', '2']),
    (r) => r.writeHead(500, ['X-A', '1', 'x-a', '2', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']),
    (r) => r.writeHead(500, 'Broken', ['X-A', '1']),
    (r) => r.writeHead(500, 'Broken', { 'X-A': '1' }),
    (r) => r.writeHead(503, undefined, { 'Retry-After': '5' }),
    (r) => r.writeHead(500, null),
    (r) => r.writeHead('500'),
    (r) => r.writeHead(500, {}),
    (r) => r.writeHead(599, 'Odd'),
    (r) => { r.setHeader('X-Set', 'before'); return r.writeHead(500, { 'X-A': '1' }) },
    (r) => { r.setHeader('X-Set', 'before'); return r.writeHead(500, ['X-A', '1', 'X-Set', 'raw']) },
    (r) => { r.statusMessage = 'Told'; return r.writeHead(500) },
    (r) => { r.statusCode = 500; r.statusMessage = 'Told'; return r },
    (r) => { r.statusCode = 500; r.flushHeaders(); return r },
    (r) => r.writeHead(204),
    (r) => r.writeHead(304),
    (r) => r.writeHead(99),
    (r) => r.writeHead(1000),
    (r) => r.writeHead('no'),
    (r) => r.writeHead(500, 'line\\nbreak'),
    (r) => r.writeHead(500, { 'bad name': '1' }),
    (r) => r.writeHead(500, { 'X-Bad': 'a\\nb' }),
    (r) => r.writeHead(500, { 'X-None': undefined }),
    (r) => r.writeHead(500, ['X-Odd']),
    (r) => { r.writeHead(500); return r.writeHead(200) },
    (r) => { r.write('begun'); return r.writeHead(500) },
  ]
  const results = []
  const server = http.createServer((request, response) => {
    const index = Number(request.url.slice(1))
    try {
      results[index] = { isSame: calls[index](response) === response }
    } catch (error) {
      results[index] = { name: error.name, code: error.code, message: error.message }
    }
    try { response.end('ok') } catch (error) {
      results[index].end = error.code
      request.socket.destroy()
    }
  })
  server.listen(0, '127.0.0.1', async () => {
    for (const index of calls.keys()) {
      const bytes = await new Promise((resolve) => {
        let bytes = ''
        const socket = net.connect(server.address().port, '127.0.0.1', () => {
          socket.write('GET /' + index + ' HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n')
        })
        socket.setEncoding('latin1')
        socket.on('data', (chunk) => { bytes += chunk }).on('close', () => resolve(bytes))
      })
      Object.assign(results[index], { bytes: bytes.replace(/^date: .*\\r\\n/im, '') })
    }
    const { writeHead, destroy } = http.ServerResponse.prototype
    console.log(JSON.stringify({
      results,
      shape: [writeHead.name, writeHead.length, destroy.name, destroy.length],
      // It has destroy by inheritance, where a wrapper of one kind of response cannot stand.
      keys: Object.keys(http.ServerResponse.prototype).filter((name) => name !== 'destroy').sort(),
    }, null, 1))
    server.close()
  })`

describe('S18: what the SDK wraps means what it meant', () => {
  test('writeHead: the same bytes, errors and results, but for the error id', async () => {
    const { bare, watched } = await bothWays(ANSWERS)
    expect(watched.code).toBe(0)
    const told = JSON.parse(watched.stdout)
    expect(
      told.results.filter(({ bytes }: { bytes: string }) => ERROR_ID.test(bytes)).length,
    ).toBeGreaterThan(10)
    expect(JSON.parse(watched.stdout.replace(ERROR_ID_IN_JSON, ''))).toEqual(
      JSON.parse(bare.stdout),
    )
  })

  test('methods of console: the same names, lengths, results and output', async () => {
    const { bare, watched } = await bothWays(`
      const { log, error } = console
      for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'assert', 'group']) {
        process.stdout.write(name + ' ' + console[name].name + ' ' + console[name].length + '\\n')
      }
      process.stdout.write(Object.keys(console).join() + '\\n')
      log('%s is %d of %j %o %%', 'a', 1, { b: 2 }, [3], 'rest')
      error.call(undefined, 'detached')
      console.warn()
      console.info(Symbol('s'), 1n, null, undefined, -0)
      process.stdout.write(String(console.debug('x')) + '\\n')
      try { console.log({ get a() { throw new Error('getter') }, [require('node:util').inspect.custom]() { throw new Error('inspect') } }) }
      catch (e) { process.stdout.write('threw ' + e.message + '\\n') }
      console.group('indented'); console.log('in'); console.groupEnd()
      console.error(Object.assign(new Error('shown'), { stack: 'Error: shown' }))`)
    expect(watched).toEqual(bare)
  })

  test('child processes: an empty environment stays empty, and output is the same', async () => {
    const { bare, watched } = await bothWays(`
      const { execFileSync, spawnSync, fork } = require('node:child_process')
      const print = ['-p', 'JSON.stringify([process.env, process.execArgv])']
      for (const env of [{}, Object.create(null), { A: '1' }]) {
        console.log(execFileSync(process.execPath, print, { env, encoding: 'utf8' }))
      }
      console.log(spawnSync('/nowhere', [], { env: {} }).error.code)
      if (process.argv[2] === 'child') process.disconnect()
      const child = fork('-', [], { env: {}, execArgv: ['-p', '1'], silent: true })
      child.on('exit', (code) => console.log('exit', code))`)
    expect(watched).toEqual(bare)
  })
})

const ERROR_ID = /^x-error-id: [0-9a-f]{32}\r\n/im
const ERROR_ID_IN_JSON = /X-Error-Id: [0-9a-f]{32}\\r\\n/gi

describe('S19: a clock that jumps', () => {
  test.each([-86_400_000, 86_400_000])('by %d ms changes nothing of sending', async (jumpMs) => {
    let requests = 0
    sink.answerWith((response) => {
      requests++
      if (requests === 1) response.writeHead(429, { 'retry-after': '1' })
      response.end('{}')
    })
    const file = await sdk.write(
      'clock.cjs',
      `const Mayday = require('@mayday/node')
       Mayday.init({ dsn: process.env.DSN, release: '1', spoolDirectory: false })
       const now = Date.now
       ;(async () => {
         Mayday.captureException(new Error('refused'))
         await Mayday.flush(5000)
         Date.now = () => now() + ${jumpMs}
         Mayday.captureException(new Error('within the limit'))
         await Mayday.flush(5000)
         await new Promise((resolve) => setTimeout(resolve, 1100))
         Mayday.captureException(new Error('after the limit'))
         console.log(await Mayday.flush(5000))
       })()`,
    )
    expect(await runNode([file], { env: { DSN: sink.dsn } })).toMatchObject({ stdout: 'true\n' })
    const values = sink.events().map(({ exception }) => exception?.values[0]?.value)
    expect(values).toEqual(['refused', 'after the limit'])
  })
})

describe('S24: a server of another version', () => {
  test.each([
    ['refuses', 400, 'not an envelope'],
    ['does not know the address', 404, '<html>'],
    ['knows more', 200, '{"id":1,"future":{"ask":["everything"]}}'],
    ['answers nonsense', 200, '\u0000\u0001'],
    ['has been replaced', 410, ''],
  ])('that %s (%d) is asked once for each event', async (_, status, text) => {
    sink.answerWith((response) => {
      response.writeHead(status, { 'x-sentry-rate-limits': 'x:y:z, ;;, 1:future_category:org' })
      response.end(text)
    })
    const file = await sdk.write(
      'skew.cjs',
      `const Mayday = require('@mayday/node')
       Mayday.init({ dsn: process.env.DSN, release: '1', sendClientReports: false })
       Mayday.captureException(new Error('one'))
       Mayday.flush(5000).then((sent) => {
         Mayday.captureException(new Error('two'))
         return Mayday.flush(5000)
       }).then(() => console.log('ended'))`,
    )
    const result = await runNode([file], { env: { DSN: sink.dsn } })
    expect(result).toEqual({ code: 0, signal: null, stdout: 'ended\n', stderr: '' })
    expect(sink.requests()).toBe(2)
  })
})

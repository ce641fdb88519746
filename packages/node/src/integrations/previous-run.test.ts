import { chmodSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type DyingPrograms, dyingPrograms, serving } from '../test-support/dying-programs.ts'
import { type Sink, startSink } from '../test-support/sink.ts'

// Each test starts programs of its own.
jest.setTimeout(60_000)

let sink: Sink
let programs: DyingPrograms
beforeEach(async () => {
  sink = await startSink()
  programs = dyingPrograms(sink)
})
afterEach(async () => {
  programs.remove()
  await sink.close()
})

const fillMemory = `const kept = []; for (;;) kept.push({ x: Math.random(), y: new Array(10) })`
const killItself = `process.kill(process.pid, 'SIGKILL')`
const killWhenIdle = `setTimeout(() => ${killItself}, 50)`

describe('out of memory', () => {
  const nodeArgs = ['--max-old-space-size=40']

  test('while a request is served: the next start tells which, and how full the heap was', async () => {
    const body = serving('/reports/2024?key=secret', fillMemory)
    const bare = await programs.runBare(body, { nodeArgs })
    const init = `release: 'r1', environment: 'staging', serverName: 'a'`
    const died = await programs.run(`Mayday.addBreadcrumb({ message: 'm' }); ${body}`, {
      nodeArgs,
      init,
    })
    expect([died.code, died.signal]).toEqual([bare.code, bare.signal])
    expect(withoutReportLines(died.stderr)).toEqual(headingsOf(bare.stderr))
    expect(sink.events()).toEqual([])

    await programs.runNext({ init: `release: 'r2'` })
    const [event] = await sink.waitForEvents(1)
    expect(event).toMatchObject({
      level: 'fatal',
      release: 'r1',
      environment: 'staging',
      server_name: 'a',
      transaction: 'GET /reports/:id',
      fingerprint: ['process-death', 'out_of_memory', 'GET /reports/:id'],
      breadcrumbs: { values: [{ message: 'm' }] },
      contexts: { requests_in_flight: { count: 1 }, native_stack: expect.anything() },
    })
    expect(event?.exception?.values).toEqual([
      {
        type: 'OutOfMemory',
        value: expect.stringMatching(
          /^The process ran out of memory \(heap \d+ MB, limit 40 MB\) while it served GET \/reports\/:id$/,
        ),
        mechanism: { type: 'out_of_memory', handled: false },
      },
    ])
    expect(programs.files()).toEqual([])
  })

  test('in a script, before the event loop has turned: Node leaves a report, which tells it', async () => {
    await programs.run(fillMemory, { nodeArgs, env: { MY_VARIABLE: 'of-the-environment' } })
    expect(programs.files()).toEqual([expect.stringMatching(/^report-/)])
    await programs.runNext()
    const [event] = await sink.waitForEvents(1)
    expect(event?.exception?.values[0]?.type).toBe('OutOfMemory')
    expect(JSON.stringify(event)).not.toContain('of-the-environment')
    expect(programs.files()).toEqual([])
  })

  test('reports are left to a program that has settings of its own for them', async () => {
    const own = `(process.report.directory = process.env.SPOOL, process.report.filename = 'own.json')`
    const { stdout } = await programs.run(
      `setTimeout(() => console.log(process.report.reportOnFatalError, process.report.filename), 1)`,
      { init: `enabled: ${own} !== ''` },
    )
    expect(stdout).toBe('false own.json\n')
  })

  test('a report that the program writes is where it would be without the SDK', async () => {
    const { stdout } = await programs.run(
      `const name = process.report.writeReport()
       console.log(require('node:fs').existsSync(name), process.report.reportOnFatalError)`,
    )
    expect(stdout).toBe('true true\n')
  })
})

describe('killed', () => {
  test.each([
    ['kill -9', killItself],
    ['process.abort(), which looks the same from later', 'process.abort()'],
  ])('%s while a request is served is an error', async (_, deed) => {
    const body = serving('/orders/17', deed)
    const bare = await programs.runBare(body)
    const died = await programs.run(body)
    expect([died.code, died.signal]).toEqual([bare.code, bare.signal])
    expect(headingsOf(died.stderr)).toEqual(headingsOf(bare.stderr))
    await programs.runNext()
    const [event] = await sink.waitForEvents(1)
    expect(event).toMatchObject({
      level: 'error',
      transaction: 'GET /orders/:id',
      fingerprint: ['process-death', 'killed', 'serving'],
      exception: {
        values: [
          {
            type: 'ProcessKilled',
            value:
              'The process was killed, or crashed in native code, while it served GET /orders/:id',
            mechanism: { type: 'killed', handled: false },
          },
        ],
      },
      contexts: { process_end: { note: expect.stringContaining('no trace of the reason') } },
    })
  })

  test('idle in production is told as information, and says that it may mean nothing', async () => {
    await programs.run(killWhenIdle)
    await programs.runNext()
    expect(await sink.waitForEvents(1)).toMatchObject([
      {
        level: 'info',
        fingerprint: ['process-death', 'killed', 'idle'],
        contexts: { process_end: { note: expect.stringContaining('SIGTERM') } },
      },
    ])
  })

  test.each(['development', 'test'])(
    'in %s it is not told: Ctrl-C looks the same',
    async (name) => {
      const died = await programs.run(killWhenIdle, { env: { NODE_ENV: name } })
      expect(died.signal).toBe('SIGKILL')
      expect(programs.files()).toHaveLength(1)
      await programs.runNext()
      expect(programs.files()).toEqual([])
      expect(sink.events()).toEqual([])
    },
  )

  test('a request that has been answered before is not blamed', async () => {
    await programs.run(
      `${serving('/', `res.end('ok')`)}
       // Later than what is written after an answer.
       process.once('answered', () => setTimeout(() => ${killItself}, 400))`,
    )
    await programs.runNext()
    expect(await sink.waitForEvents(1)).toMatchObject([{ level: 'info' }])
  })

  test('several next starts tell it once', async () => {
    await programs.run(killWhenIdle)
    await Promise.all([programs.runNext(), programs.runNext(), programs.runNext()])
    expect(sink.events()).toHaveLength(1)
  })

  test('beforeSend and ignoreErrors see it as any event', async () => {
    await programs.run(killWhenIdle)
    await programs.runNext({ init: `ignoreErrors: ['ProcessKilled']` })
    await programs.run(killWhenIdle)
    await programs.runNext({ init: `beforeSend: () => null` })
    expect(sink.events()).toEqual([])
  })
})

describe('the file of a process', () => {
  test.each([
    ['at its end', ''],
    ['by process.exit', 'setTimeout(() => process.exit(3), 20)'],
    ['by an uncaught exception', `setTimeout(() => { throw new Error('x') }, 20)`],
    ['after close', 'setTimeout(() => Mayday.close(), 20)'],
    ['when init is called again', `setTimeout(() => Mayday.init({ dsn: '' }), 20)`],
  ])('is gone when the process ends %s', async (_, body) => {
    const seen = `
      setTimeout(() => {
        const fs = require('node:fs'), path = require('node:path')
        const folder = path.join(process.env.SPOOL, fs.readdirSync(process.env.SPOOL)[0])
        console.log(fs.readdirSync(folder).length)
      }, 10)`
    const { stdout } = await programs.run(`${seen};${body}`)
    expect(stdout).toBe('1\n')
    expect(programs.files()).toEqual([])
  })

  test('is left alone while the process lives, by others that share the folder', async () => {
    const body = `
      setTimeout(() => {
        const code = ${JSON.stringify(`
          const Mayday = require(process.env.SDK)
          Mayday.init({ dsn: process.env.DSN, spoolDirectory: process.env.SPOOL })
          setTimeout(() => undefined, 50)`)}
        const SDK = require.resolve(Object.keys(require.cache).find((file) => file.endsWith('index.cjs')))
        require('node:child_process').execFile(process.execPath, ['-e', code], { env: { ...process.env, SDK } }, () => {
          ${killItself}
        })
      }, 20)`
    await programs.run(body)
    expect(sink.events()).toEqual([])
    expect(programs.files()).toHaveLength(1)
    await programs.runNext()
    await sink.waitForEvents(1)
  })

  test('tells of its process also when another has got its pid', async () => {
    const { stdout } = await programs.run(`console.log(process.pid); ${killWhenIdle}`)
    const [name = ''] = programs.files()
    const path = join(programs.folder(), name)
    const text = readFileSync(path, 'latin1')
    expect(text).toContain(`"pid":${stdout.trim()},`)
    // The first process of all, which lives. Filled up, since the file tells how long its text is.
    const reused = '1'.padStart(stdout.trim().length, ' ')
    writeFileSync(path, text.replace(`"pid":${stdout.trim()},`, `"pid":${reused},`), 'latin1')
    await programs.runNext()
    expect(await sink.waitForEvents(1)).toMatchObject([{ exception: expect.anything() }])
  })

  test('that is torn is taken away without an event', async () => {
    await programs.run(killWhenIdle)
    const [name = ''] = programs.files()
    truncateSync(join(programs.folder(), name), 100)
    const { code, stderr } = await programs.runNext()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(programs.files()).toEqual([])
    expect(sink.events()).toEqual([])
  })

  test('is for nobody else to read, and holds no secrets', async () => {
    await programs.run(
      `Mayday.addBreadcrumb({ message: 'password=hunter2', data: { url: 'http://a/?token=abcdef', body: 'xyz' } })
       ${serving('/x?token=abcdef', `setTimeout(() => ${killItself}, 1500)`)}`,
    )
    const [name = ''] = programs.files()
    const text = readFileSync(join(programs.folder(), name), 'utf8')
    expect(text).toContain('[Filtered]')
    expect(text).not.toMatch(/hunter2|abcdef|xyz/)
  })

  test('is not made when the program wants nothing on the disk, or cannot have it', async () => {
    const { code, stderr } = await programs.run(`setTimeout(() => process.exit(0), 20)`, {
      init: `spoolDirectory: false`,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    writeFileSync(join(programs.spool, 'file'), '')
    chmodSync(programs.spool, 0o500)
    const other = await programs.run(
      serving('/', `res.end(); setTimeout(() => process.exit(0), 20)`),
      {
        init: `spoolDirectory: process.env.SPOOL + '/file'`,
      },
    )
    expect({ code: other.code, stderr: other.stderr }).toEqual({ code: 0, stderr: '' })
  })
})

/** What stands between them tells of addresses and times. */
function headingsOf(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => /^(?:<---|-----|FATAL ERROR|Writing|Node\.js report)/.test(line))
    .map((line) => line.replace(/^(FATAL ERROR: ).*(?=JavaScript heap)/, '$1'))
}

/** Node tells of its report itself, and cannot be kept from it. */
function withoutReportLines(stderr: string): string[] {
  return headingsOf(stderr).filter((line) => !/^(?:Writing )?Node\.js report/.test(line))
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type EventSink, startEventSink } from '../support/event-sink.ts'
import { frameworkFolder } from '../support/frameworks.ts'
import { type InstalledSdk, installSdk, runNode } from '../support/installed-sdk.ts'

const VERSIONS = ['18', '20', '22', '24']
const PLATFORM = `${process.platform}-${process.arch}`

let sdk: InstalledSdk
let sink: EventSink
let folder: string
beforeAll(async () => {
  sdk = await installSdk()
  folder = await frameworkFolder('node-versions')
})
afterAll(() => sdk.remove())
beforeEach(async () => {
  sink = await startEventSink()
})
afterEach(() => sink.close())

const BEGIN = `const Mayday = require('@mayday/node'); Mayday.init({ dsn: process.env.DSN, release: '1' });`
const SERVER = `
  const http = require('node:http')
  const server = http.createServer((request, response) => {
    response.statusCode = 500
    response.end('failed')
  })
  server.listen(0, '127.0.0.1', () => {
    http.get({ port: server.address().port, agent: false }, (response) => {
      response.resume().on('end', () => {
        console.log(response.headers['x-error-id'] ?? 'no error id')
        server.close()
      })
    })
  })`

/** How each version of Node itself ends these programs is asked of it, by the same without the SDK. */
const ENDINGS: Record<string, string> = {
  'an uncaught exception': `setImmediate(() => { throw new Error('seen') })`,
  'an uncaught exception of the module': `throw new Error('seen')`,
  'an unhandled rejection': `Promise.reject(new Error('seen'))`,
  'an exception that a listener takes': `process.on('uncaughtException', () => { process.exitCode = 7 });
     setImmediate(() => { throw new Error('seen') })`,
}

describe.each(VERSIONS)('on Node %s', (version) => {
  const run = async (name: string, source: string, flags: string[] = []) => {
    const file = await sdk.write(name, source)
    const node = join(folder, 'node_modules', `node-${version}-${PLATFORM}`, 'bin/node')
    if (!existsSync(node)) {
      process.stderr.write(`skipped: the registry has no Node ${version} for ${PLATFORM}\n`)
      return undefined
    }
    return runNode([...flags, file], { node, env: { DSN: sink.dsn } })
  }

  test.each(Object.keys(ENDINGS))('%s is sent, and the program ends as ever', async (name) => {
    const program = ENDINGS[name] as string
    const begin = await sdk.write('begin.cjs', BEGIN)
    const bare = await run('program.cjs', program)
    const result = await run('program.cjs', program, ['--require', begin])
    if (result === undefined) return
    expect(result).toEqual(bare)
    expect(sink.events().map(({ exception }) => exception?.values[0]?.value)).toEqual(['seen'])
  })

  test.each(['strict', 'throw', 'warn', 'none', 'warn-with-error-code'])(
    'the mode %s of rejections stays as it is',
    async (mode) => {
      const flags = [`--unhandled-rejections=${mode}`]
      const begin = await sdk.write('begin.cjs', BEGIN)
      const program = `Promise.reject(new Error('seen'))`
      const bare = await run('program.cjs', program, flags)
      const result = await run('program.cjs', program, [...flags, '--require', begin])
      if (bare === undefined || result === undefined) return
      expect(withoutPid(result)).toEqual(withoutPid(bare))
      // Node tells of these to listeners alone, and the SDK must not be one: it would change the end.
      expect(sink.events().length).toBe(mode === 'warn-with-error-code' ? 0 : 1)
    },
  )

  test.each([
    ['required', 'server.cjs', `${BEGIN}${SERVER}`],
    [
      'imported',
      'server.mjs',
      `import * as Mayday from '@mayday/node'; import { createRequire } from 'node:module'
       Mayday.init({ dsn: process.env.DSN, release: '1' })
       const require = createRequire(import.meta.url)${SERVER}`,
    ],
  ])('a 500 of a server is an event with its error id, %s', async (_, name, source) => {
    const result = await run(name, source)
    if (result === undefined) return
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(sink.events().map((event) => event.event_id)).toEqual([result.stdout.trim()])
    expect(sink.events()[0]?.contexts?.runtime?.version).toMatch(`v${version}.`)
  })

  test('what is captured right before process.exit is sent', async () => {
    const result = await run(
      'exit.cjs',
      `${BEGIN}Mayday.captureException(new Error('last')); process.exit(3)`,
    )
    if (result === undefined) return
    expect(result).toMatchObject({ code: 3, stderr: '' })
    expect(sink.events().length).toBe(1)
  })

  test('flush tells that all is sent', async () => {
    const result = await run(
      'flush.cjs',
      `${BEGIN}Mayday.captureMessage('a'); Mayday.flush(5000).then((sent) => console.log(sent))`,
    )
    if (result === undefined) return
    expect(result).toEqual({ code: 0, signal: null, stdout: 'true\n', stderr: '' })
  })
})

function withoutPid<T extends { stderr: string }>(ended: T): T {
  return { ...ended, stderr: ended.stderr.replace(/\(node:\d+\)/g, '(node)') }
}

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type EventSink, startEventSink } from '../support/event-sink.ts'
import { type InstalledSdk, installSdk, runNode } from '../support/installed-sdk.ts'

// S22: package hygiene.

const MAX_INSTALLED_BYTES = 250 * 1024
const ROOT = join(import.meta.dirname, '../..')

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

test('the package holds its build, its licence and its page, and nothing else', () => {
  expect(sdk.packed.toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'dist/index.bundled.mjs',
    'dist/index.cjs',
    'dist/index.d.cts',
    'dist/index.d.mts',
    'dist/index.mjs',
    'package.json',
  ])
  const licence = readFileSync(join(sdk.folder, 'node_modules/@mayday/node/LICENSE'), 'utf8')
  expect(licence).toBe(readFileSync(join(ROOT, 'LICENSE'), 'utf8'))
})

test('installing runs no script and brings two packages more', () => {
  const manifests = readdirSync(join(sdk.folder, 'node_modules'), { recursive: true })
    .map(String)
    .filter((path) => /(^|\/)package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(sdk.folder, 'node_modules', path), 'utf8')))
  expect(manifests.map(({ name }) => name).toSorted()).toEqual([
    '@mayday/node',
    'error-stack-parser',
    'stackframe',
  ])
  for (const { scripts = {} } of manifests) {
    for (const name of ['preinstall', 'install', 'postinstall'])
      expect(scripts[name]).toBe(undefined)
  }
  const own = manifests.find(({ name }) => name === '@mayday/node')
  expect(own).toMatchObject({
    license: 'MIT',
    engines: { node: '>=18' },
    dependencies: { 'error-stack-parser': expect.stringMatching(/^\d+\.\d+\.\d+$/) },
  })
  expect(Object.keys(own.dependencies)).toEqual(['error-stack-parser'])
})

test('all that is installed is at most 250 KB', () => {
  const modules = join(sdk.folder, 'node_modules')
  const sizes = readdirSync(modules, { recursive: true })
    .map((path) => statSync(join(modules, String(path))))
    .filter((file) => file.isFile())
    .map(({ size }) => size)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_INSTALLED_BYTES)
})

const BEGIN = `const Mayday = require('@mayday/node'); Mayday.init({ dsn: process.env.DSN, release: '1' });`
const FAILING_SERVER = `
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

test.each([
  ['--frozen-intrinsics'],
  ['--experimental-permission', '--allow-fs-read=*'],
  ['--disallow-code-generation-from-strings'],
  ['--disable-proto=delete'],
  ['--disable-proto=throw'],
  ['--enable-source-maps'],
  ['--no-addons'],
  ['--no-deprecation', '--throw-deprecation', '--pending-deprecation'],
])('works under %s %s', async (...flags) => {
  const server = await sdk.write('server.cjs', BEGIN + FAILING_SERVER)
  const env = { DSN: sink.dsn }
  const served = await runNode([...flags.filter(Boolean), server], { env })
  expect(served).toMatchObject({ code: 0 })
  expect(sink.events().map((event) => event.event_id)).toEqual([served.stdout.trim()])

  const thrown = await sdk.write('thrown.cjs', `${BEGIN} throw new Error('seen')`)
  expect(await runNode([...flags.filter(Boolean), thrown], { env })).toMatchObject({ code: 1 })
  // A thread is what sends it when the process ends, and the permission model allows none.
  const isSent = !flags.includes('--experimental-permission')
  expect(sink.events().length).toBe(isSent ? 2 : 1)
})

test('a context of vm of its own, as test runners make, gets a working copy', async () => {
  const file = await sdk.write(
    'context.cjs',
    `const vm = require('node:vm'), fs = require('node:fs')
     const file = require.resolve('@mayday/node')
     const sandbox = vm.createContext({ process, console, Buffer, URL, URLSearchParams, performance,
       setTimeout, clearTimeout, setImmediate, setInterval, clearInterval, queueMicrotask,
       TextEncoder, TextDecoder, AbortController, AbortSignal, Event, EventTarget })
     const wrapper = vm.runInContext('(function (module, exports, require) {' + fs.readFileSync(file, 'utf8') + '\\n})', sandbox)
     const module_ = { exports: {} }
     wrapper(module_, module_.exports, require)
     const Mayday = module_.exports
     Mayday.init({ dsn: process.env.DSN, release: '1' })
     Mayday.captureException(vm.runInContext('new TypeError("inside")', sandbox))
     Mayday.captureException(new TypeError('outside'))
     Mayday.flush(5000).then((sent) => console.log(sent))`,
  )
  expect(await runNode([file], { env: { DSN: sink.dsn } })).toMatchObject({
    code: 0,
    stdout: 'true\n',
    stderr: '',
  })
  const exceptions = sink.events().map(({ exception }) => exception?.values[0])
  expect(exceptions.map((exception) => [exception?.type, exception?.value])).toEqual([
    ['TypeError', 'inside'],
    ['TypeError', 'outside'],
  ])
})

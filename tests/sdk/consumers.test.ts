import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type EventSink, startEventSink } from '../support/event-sink.ts'
import { frameworkFolder } from '../support/frameworks.ts'
import { type InstalledSdk, installSdk, runNode } from '../support/installed-sdk.ts'

const ROOT = join(import.meta.dirname, '../..')

let sdk: InstalledSdk
let sink: EventSink
let compilers: string
beforeAll(async () => {
  sdk = await installSdk()
  compilers = await frameworkFolder('compilers')
})
afterAll(() => sdk.remove())
beforeEach(async () => {
  sink = await startEventSink()
})
afterEach(() => sink.close())

const USE = `
Mayday.init({ dsn: process.env.DSN, release: '1', sampleRate: 1 })
const server = createServer((request, response) => {
  Mayday.setUser({ id: '7' })
  response.statusCode = 500
  response.end(Mayday.captureException(new TypeError('of the app')))
})
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() PORT_TYPE
  const response = await fetch(\`http://127.0.0.1:\${port}/\`)
  const id: string = await response.text()
  console.log(id)
  server.close()
})
`
const JAVASCRIPT = USE.replace(' PORT_TYPE', '').replace('id: string', 'id')
const IMPORTING = `import * as Mayday from '@mayday/node'
import { createServer } from 'node:http'
${JAVASCRIPT}`
const REQUIRING = `const Mayday = require('@mayday/node')
const { createServer } = require('node:http')
${JAVASCRIPT}`

/** The id that the app gave out is that of the one event that came, and its stack is read. */
async function expectOneEventOf(file: string): Promise<void> {
  const result = await runNode([file], { env: { DSN: sink.dsn } })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(sink.events()).toMatchObject([
    {
      event_id: result.stdout.trim(),
      user: { id: '7' },
      exception: { values: [{ type: 'TypeError', value: 'of the app' }] },
    },
  ])
  const frames = sink.events()[0]?.exception?.values[0]?.stacktrace?.frames
  expect(frames?.at(-1)?.abs_path ?? frames?.at(-1)?.filename).toContain(file)
}

test('an ES module imports it', async () => {
  await expectOneEventOf(await sdk.write('app.mjs', IMPORTING))
})

test('a CommonJS module requires it', async () => {
  await expectOneEventOf(await sdk.write('app.cjs', REQUIRING))
})

test('both find the same version by name', async () => {
  const file = await sdk.write(
    'version.cjs',
    `console.log(require('@mayday/node/package.json').version === '${await versionOf()}')`,
  )
  expect(await runNode([file])).toMatchObject({ code: 0, stdout: 'true\n' })
})

async function versionOf(): Promise<string> {
  const { default: manifest } = await import(join(ROOT, 'packages/node/package.json'), {
    with: { type: 'json' },
  })
  return manifest.version
}

describe('bundled with the app, away from node_modules', () => {
  const bundled = async (name: string, format: 'esm' | 'cjs') => {
    const folder = join(dirname(sdk.folder), `${sdk.folder}-${name}-${format}`)
    await mkdir(folder, { recursive: true })
    return { folder, file: join(folder, format === 'esm' ? 'app.mjs' : 'app.cjs') }
  }

  test.each(['esm', 'cjs'] as const)('by rolldown as %s', async (format) => {
    const input = await sdk.write('bundled.mjs', IMPORTING)
    const { folder, file } = await bundled('rolldown', format)
    const rolldown = join(ROOT, 'node_modules/rolldown/bin/cli.mjs')
    const words = [rolldown, input, '--platform=node', `--format=${format}`, `--file=${file}`]
    expect(await runNode(words)).toMatchObject({ code: 0, stderr: '' })
    await expectOneEventOf(file)
    await rm(folder, { recursive: true })
  })

  test.each([
    ['esm', 'mjs', IMPORTING],
    ['cjs', 'mjs', IMPORTING],
    ['esm', 'cjs', REQUIRING.replace("require('node:http')", 'await0')],
    ['cjs', 'cjs', REQUIRING],
  ] as const)('by esbuild as %s from %s', async (format, extension, source) => {
    // An ES module of esbuild has no require, so the app itself must not need it for Node's own.
    const own = source.replace('await0', `process.getBuiltinModule('node:http')`)
    const input = await sdk.write(`bundled.${extension}`, own)
    const { folder, file } = await bundled('esbuild', format)
    const esbuild = join(compilers, 'node_modules/esbuild/bin/esbuild')
    const words = [esbuild, input, '--bundle', '--platform=node', `--format=${format}`]
    expect(await runNode([...words, '--log-level=warning', `--outfile=${file}`])).toMatchObject({
      code: 0,
      stderr: '',
    })
    await expectOneEventOf(file)
    await rm(folder, { recursive: true })
  })
})

const TYPESCRIPT = `import * as Mayday from '@mayday/node'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Breadcrumb, EventPayload, Options, Scope } from '@mayday/node'
const options: Options = {
  beforeSend: (event: EventPayload) => (event.level === 'debug' ? null : event),
  beforeBreadcrumb: (breadcrumb: Breadcrumb) => breadcrumb,
  ignoreErrors: ['a', /b/],
}
const tagged: string = Mayday.withScope((scope: Scope) => scope.setTag('a', 1) && 'done')
// @ts-expect-error: the rate is a number
const wrong: Options = { sampleRate: 'often' }
void [options, tagged, wrong]
${USE.replace('PORT_TYPE', 'as AddressInfo')}`

const STRICT = {
  strict: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  isolatedModules: true,
  target: 'ES2022',
  lib: ['ES2022'],
  outDir: 'out',
}

describe('TypeScript', () => {
  test.each([
    ['5.0', 'cts', { module: 'commonjs', moduleResolution: 'node', esModuleInterop: false }],
    ['5.0', 'cts', { module: 'commonjs', moduleResolution: 'node', esModuleInterop: true }],
    ['5.0', 'mts', { module: 'node16', moduleResolution: 'node16' }],
    ['5.0', 'cts', { module: 'node16', moduleResolution: 'node16' }],
    ['5.0', 'mts', { module: 'esnext', moduleResolution: 'bundler' }],
    ['5.4', 'mts', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['5.4', 'cts', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['6.0', 'mts', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['6.0', 'cts', { module: 'node16', moduleResolution: 'node16', verbatimModuleSyntax: false }],
    ['6.0', 'mts', { module: 'esnext', moduleResolution: 'bundler' }],
    ['7.0', 'mts', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['7.0', 'cts', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['7.0', 'mts', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('%s compiles what uses it, as %s with %j', async (version, extension, settings) => {
    const folder = await mkdtemp(join(sdk.folder, `typed-${version}-`))
    const name = basename(folder)
    await sdk.write(`${name}/app.${extension}`, TYPESCRIPT)
    // Types of Node of the compiler's own time: old ones do not compile under new compilers.
    const types = Number(version) < 6 ? '@types/node' : 'types-node-24'
    const typeRoots = [join(folder, 'types')]
    await mkdir(typeRoots[0] as string)
    await symlink(join(compilers, 'node_modules', types), join(typeRoots[0] as string, 'node'))
    const compilerOptions = { ...STRICT, ...settings, typeRoots, types: ['node'] }
    const config = { compilerOptions, files: [`app.${extension}`] }
    const project = await sdk.write(`${name}/tsconfig.json`, JSON.stringify(config))
    const compiler = version === '7.0' ? ROOT : compilers
    const tsc = join(
      compiler,
      'node_modules',
      version === '7.0' ? 'typescript' : `typescript-${version}`,
      'bin/tsc',
    )
    expect(await runNode([tsc, '-p', project])).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
    })
    await expectOneEventOf(join(folder, `out/app.${extension.replace('t', 'j')}`))
  })
})

test('Jest of an app requires it, in each of its test files anew', async () => {
  const config = await sdk.write(
    'jest/jest.config.json',
    '{ "testEnvironment": "node", "transform": {} }',
  )
  for (const name of ['one', 'other']) {
    await sdk.write(
      `jest/${name}.test.js`,
      `const Mayday = require('@mayday/node')
       test('captures', async () => {
         expect(Mayday.isInitialized()).toBe(false)
         Mayday.init({ dsn: process.env.DSN, release: '1' })
         Mayday.captureException(new TypeError('${name}'))
         expect(await Mayday.close(5000)).toBe(true)
       })`,
    )
  }
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js')
  const words = [jest, '--rootDir', join(sdk.folder, 'jest'), '-c', config, '-i']
  const result = await runNode([...words, '--ci'], { env: { DSN: sink.dsn } })
  expect(result.stderr).toContain('Tests:       2 passed')
  expect(sink.events().map(({ exception }) => exception?.values[0])).toMatchObject([
    { type: 'TypeError' },
    { type: 'TypeError' },
  ])
})

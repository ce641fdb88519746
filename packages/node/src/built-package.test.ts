import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { BUILT_CJS, runProgram } from './test-support/run-program.ts'
import { type Sink, startSink } from './test-support/sink.ts'

const PACKAGE = resolve(import.meta.dirname, '..')

let sink: Sink
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mayday-copies-'))
  await copyPackage('app/node_modules/@mayday/node')
  await copyPackage('app/node_modules/old/node_modules/@mayday/node', '0.0.9')
  await copyPackage('app/node_modules/same/node_modules/@mayday/node')
  for (const name of ['old', 'same', 'plain']) {
    await write(
      `app/node_modules/${name}/index.cjs`,
      `module.exports = require('@mayday/node'); module.exports.captureException(new Error('early'))`,
    )
  }
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(async () => {
  sink = await startSink()
})
afterEach(() => sink.close())

test.each(['plain', 'same'])(
  'an app that imports and a dependency (%s) that requires share one client',
  async (dependency) => {
    const result = await runApp(`import dependency from '${dependency}/index.cjs'
      import * as Mayday from '@mayday/node'
      Mayday.init({ dsn: process.env.DSN, release: '1' })
      const id = dependency.captureException(new Error('of the dependency'))
      if (id !== Mayday.lastErrorId()) process.exitCode = 1`)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(sink.events().map(({ exception }) => exception?.values[0]?.value)).toEqual([
      'of the dependency',
    ])
  },
)

test('a copy of another version stands for itself, and both go on', async () => {
  const result = await runApp(`import old from 'old/index.cjs'
    import * as Mayday from '@mayday/node'
    Mayday.init({ dsn: process.env.DSN, release: '1' })
    old.captureException(new Error('to nobody'))
    Mayday.captureException(new Error('of the app'))`)
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(sink.events().map(({ exception }) => exception?.values[0]?.value)).toEqual(['of the app'])
})

test('starting loads none of the modules of Node that only a server or an error needs', async () => {
  const { stdout } = await runProgram(
    `const before = new Set(process.moduleLoadList)
    require(${JSON.stringify(BUILT_CJS)}).init({ dsn: 'http://0123456789abcdef0123456789abcdef@127.0.0.1:9/1' })
    console.log(process.moduleLoadList.filter((name) => !before.has(name)).join('\\n'))`,
  )
  expect(stdout).toContain('NativeModule diagnostics_channel\n')
  for (const name of ['http', 'https', 'tls', 'crypto', 'zlib', 'worker_threads', 'dns']) {
    expect(stdout).not.toContain(`NativeModule ${name}\n`)
  }
})

test('no line is long enough to flood a terminal', async () => {
  const code = await readFile(BUILT_CJS, 'utf8')
  expect(Math.max(...code.split('\n').map((line) => line.length))).toBeLessThan(8000)
})

function runApp(source: string) {
  const file = join(folder, 'app', `main.mjs`)
  return write('app/main.mjs', source).then(() =>
    runProgram(`import(${JSON.stringify(file)})`, { env: { DSN: sink.dsn } }),
  )
}

async function copyPackage(to: string, version?: string): Promise<void> {
  const target = join(folder, to)
  await cp(join(PACKAGE, 'dist'), join(target, 'dist'), { recursive: true })
  await cp(join(PACKAGE, 'package.json'), join(target, 'package.json'))
  await mkdir(join(target, 'node_modules'), { recursive: true })
  for (const name of ['error-stack-parser', 'stackframe']) {
    await symlink(join(PACKAGE, '../../node_modules', name), join(target, 'node_modules', name))
  }
  if (version === undefined) return
  const file = join(target, 'dist/index.cjs')
  const code = await readFile(file, 'utf8')
  await writeFile(file, code.replaceAll('mayday.node@', `mayday.node@${version}-`))
}

async function write(path: string, text: string): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

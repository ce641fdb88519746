// Records the corpus: runs the programs beside this file with real SDKs against a recorder on
// 127.0.0.1 and writes one file per event. See README.md; expectations are written by the test.
import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { hostname, tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'

import { eventsIn, toEventPayload, unpacked } from './payload.mjs'
import {
  BROWSER_SCENARIOS,
  GO_SCENARIOS,
  MOVED_SCENARIOS,
  NODE_SCENARIOS,
  OTHER_NODE_SCENARIOS,
  OTHER_SDK_SCENARIOS,
  PYTHON_SCENARIOS,
} from './scenarios.mjs'

const here = import.meta.dirname
const repository = realpathSync(join(here, '../../..'))
const work = realpathSync(mkdtempSync(join(tmpdir(), 'mayday-corpus-')))
/** Part of the names to record; without it, all. */
const only = process.argv[2]

/** Where a program stands when it is deployed; `moved` also shifts every line. */
const DEPLOYS = { '': 'srv/shop', moved: 'var/www/shop/releases/20261122174501' }
const SHIFT_LINES = 9

const NODE_SDKS = [
  ['node-11', 'sentry-node-11'],
  ['node-8', 'sentry-node-8'],
  ['node-7', 'sentry-node-7'],
  ['mayday', '@mayday/node'],
]

const recorder = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    response.writeHead(200, {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
    })
    response.end('{}')
    const encoding = request.headers['content-encoding'] ?? ''
    const body = Buffer.concat(chunks)
    const text = unpacked(body, encoding).toString('utf8')
    received.push(...(request.url.includes('/store/') ? [JSON.parse(text)] : eventsIn(text)))
  })
})
let received = []
await new Promise((resolve) => recorder.listen(0, '127.0.0.1', resolve))
const port = recorder.address().port
const dsn = `http://${'0'.repeat(32)}@127.0.0.1:${port}/1`

try {
  for (const [name, sdk] of NODE_SDKS) await recordNode(name, sdk)
  if (process.env.CORPUS_OTHER_NODE) await recordOtherNode(process.env.CORPUS_OTHER_NODE)
  for (const python of (process.env.CORPUS_PYTHONS ?? '').split(',').filter(Boolean))
    await recordPython(python)
  if (process.env.CORPUS_GO) await recordGo(process.env.CORPUS_GO)
  if (process.env.CORPUS_CHROMIUM) await recordBrowser(process.env.CORPUS_CHROMIUM)
} finally {
  recorder.close()
  rmSync(work, { recursive: true, force: true })
}

async function recordNode(name, sdk) {
  const isNewest = name === 'node-11'
  for (const scenario of isNewest ? NODE_SCENARIOS : OTHER_SDK_SCENARIOS) {
    await record(`${name}.${scenario}`, deploy('shop-node', ''), process.execPath, [
      'main.js',
      sdk,
      scenario,
    ])
  }
  if (!isNewest) return
  for (const scenario of MOVED_SCENARIOS) {
    const folder = deploy('shop-node', 'moved')
    await record(`node-11.${scenario}.moved`, folder, process.execPath, ['main.js', sdk, scenario])
  }
}

async function recordOtherNode(node) {
  const major = execFileSync(node, ['--version'], { encoding: 'utf8' }).slice(1).split('.')[0]
  for (const scenario of OTHER_NODE_SCENARIOS) {
    const name = `node-11.${scenario}.on-node-${major}`
    await record(name, deploy('shop-node', ''), node, ['main.js', 'sentry-node-11', scenario])
  }
}

async function recordPython(python) {
  const ask = 'import sys, sentry_sdk; print(sentry_sdk.VERSION.split(".")[0])'
  const major = execFileSync(python, ['-c', ask], { encoding: 'utf8' }).trim()
  for (const scenario of PYTHON_SCENARIOS) {
    await record(`python-${major}.${scenario}`, deploy('shop-python', ''), python, [
      'main.py',
      scenario,
    ])
  }
  await record(`python-${major}.key-error.moved`, deploy('shop-python', 'moved'), python, [
    'main.py',
    'key-error',
  ])
}

async function recordGo(go) {
  for (const [variant, scenarios] of [
    ['', GO_SCENARIOS],
    ['moved', ['panic']],
  ]) {
    const folder = deploy('shop-go', variant)
    execFileSync(go, ['build', '-o', 'shop', '.'], { cwd: folder, stdio: 'inherit' })
    for (const scenario of scenarios) {
      await record(
        ['go', scenario, variant].filter(Boolean).join('.'),
        folder,
        join(folder, 'shop'),
        [scenario],
      )
    }
  }
}

/** Two builds of one page, as two releases give them: other hash in the file's name, other columns. */
async function recordBrowser(executablePath) {
  const require = createRequire(join(repository, 'package.json'))
  const { rolldown } = require('rolldown')
  const { chromium } = require('playwright-core')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  for (const variant of ['', 'moved']) {
    const folder = deploy('shop-browser', variant)
    if (variant) {
      const main = join(folder, 'main.js')
      writeFileSync(main, `console.log('release 1.4.3 of the shop')\n${readFileSync(main, 'utf8')}`)
    }
    const build = await rolldown({ input: join(folder, 'main.js') })
    await build.write({
      dir: join(folder, 'assets'),
      entryFileNames: '[name]-[hash].js',
      minify: true,
    })
    const bundle = readdirSync(join(folder, 'assets'))[0]
    const pages = createServer((request, response) => {
      const path = new URL(request.url, 'http://page').pathname
      const file = join(folder, path)
      const isFile = extname(path) === '.js' && existsSync(file)
      response.writeHead(200, { 'content-type': isFile ? 'text/javascript' : 'text/html' })
      response.end(
        isFile ? readFileSync(file) : `<script type="module" src="/assets/${bundle}"></script>`,
      )
    })
    await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${pages.address().port}`
    for (const scenario of BROWSER_SCENARIOS) {
      const name = ['browser-11', scenario, variant].filter(Boolean).join('.')
      if (only && !name.includes(only)) continue
      const page = await browser.newPage()
      received = []
      await page.goto(`${origin}/orders/17?scenario=${scenario}&dsn=${encodeURIComponent(dsn)}`)
      await waitForEvent(name)
      await page.close()
      store(name, (text) => text.replaceAll(origin, 'https://shop.example'))
    }
    pages.close()
  }
  await browser.close()
}

async function record(name, folder, program, args) {
  if (only && !name.includes(only)) return
  received = []
  const ended = new Promise((resolve) =>
    execFile(
      program,
      args,
      { cwd: folder, env: { ...process.env, SENTRY_DSN: dsn } },
      (_error, _out, err) => resolve(err),
    ),
  )
  const errors = await ended
  if (received.length === 0) throw new Error(`${name} sent no event:\n${errors}`)
  const deployed = `/${folder.slice(work.length + 1)}`
  store(name, (text) => withoutMachine(text, folder, deployed))
}

async function waitForEvent(name) {
  for (let i = 0; i < 100 && received.length === 0; i++)
    await new Promise((r) => setTimeout(r, 100))
  if (received.length === 0) throw new Error(`${name} sent no event`)
}

/** The last event counts: it is the one that the scenario ends with. */
function store(name, clean) {
  const event = toEventPayload(JSON.parse(clean(JSON.stringify(received.at(-1)))))
  const runtime = event.contexts?.runtime
  const from = `${event.sdk?.name} ${event.sdk?.version}${runtime ? `, ${runtime.name} ${runtime.version}` : ''}`
  const file = join(here, `${name}.json`)
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).expected : undefined
  writeFileSync(file, `${JSON.stringify({ from, event, expected: known }, null, 1)}\n`)
  console.log(name)
}

/** Copies a program to where it is deployed; folders of the same place are made anew each time. */
function deploy(program, variant) {
  const folder = join(work, DEPLOYS[variant])
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(dirname(folder), { recursive: true })
  cpSync(join(here, 'programs', program), folder, { recursive: true })
  if (program !== 'shop-python' && program !== 'shop-go') {
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  }
  if (variant) shiftLines(folder)
  return folder
}

function shiftLines(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (name === 'node_modules') continue
    if (statSync(path).isDirectory()) shiftLines(path)
    else if (/\.(js|py|go)$/.test(name)) {
      const line = name.endsWith('.py') ? '# licence\n' : '// licence\n'
      writeFileSync(path, line.repeat(SHIFT_LINES) + readFileSync(path, 'utf8'))
    }
  }
}

function withoutMachine(text, folder, deployed) {
  return text
    .replaceAll(join(repository, 'node_modules'), `${deployed}/node_modules`)
    .replaceAll(join(repository, 'packages/node'), `${deployed}/node_modules/@mayday/node`)
    .replaceAll(folder, deployed)
    .replaceAll(repository, deployed)
    .replaceAll(work, '')
    .replaceAll(/\/(?:tmp|root)\/[^"]*?\/(lib\/python|go\/pkg|lib\/node)/g, '/usr/$1')
    .replaceAll(hostname(), 'web-1')
}

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Event } from '@mayday/protocol/api/events'
import type { Issue } from '@mayday/protocol/api/issues'
import type { Browser } from 'playwright-core'
import { describeInBrowser, openBrowser } from '../browser/chromium.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { framesOf, issuesAfter, latestEvent } from './web-api.ts'

const PROJECT = 'acme/shop-page'
const HTML = `<!doctype html><title>Shop</title>
<button id="pay">Pay</button>
<script src="/sentry.js"></script><script src="/page.js"></script>`

describeInBrowser('a page on @sentry/browser, from another origin than Mayday', () => {
  let server: RunningServer
  let site: Server
  let browser: Browser
  let userAgent: string
  let issues: Issue[]
  let event: Event

  beforeAll(async () => {
    const bundle = await bundleSdk()
    server = await startServer({ project: PROJECT })
    site = serve({ '/sentry.js': bundle, '/page.js': pageScript(server.dsn) })
    await once(site, 'listening')
    browser = await openBrowser()
    const page = await browser.newPage()
    await page.goto(urlOf(site))
    userAgent = await page.evaluate('navigator.userAgent')
    await page.click('#pay')
    issues = await issuesAfter(server, PROJECT, 1)
    event = await latestEvent(server, issues[0] as Issue)
  })

  afterAll(async () => {
    await browser?.close()
    site?.closeAllConnections()
    site?.close()
    await server?.stop()
  })

  test('an error that nobody catches is an unhandled issue', () => {
    const title = "TypeError: Cannot read properties of undefined (reading 'total')"
    expect(issues).toMatchObject([{ title, count: '1', isUnhandled: true }])
    expect(framesOf(event).at(-1)).toMatchObject({
      absPath: `${urlOf(site)}page.js`,
      function: 'payCart',
    })
  })

  test('page, browser and SDK are recorded', () => {
    const request = event.entries.find(({ type }) => type === 'request')
    expect(request?.data).toMatchObject({
      url: urlOf(site),
      headers: expect.arrayContaining([['User-Agent', userAgent]]),
    })
    expect(event).toMatchObject({
      platform: 'javascript',
      sdk: { name: 'sentry.javascript.browser', version: expect.stringMatching(/^11\./) },
    })
  })
})

/** The package brings modules only; pages load them as one script, as a bundler makes it. */
async function bundleSdk(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mayday-test-'))
  const require = createRequire(import.meta.url)
  const rolldown = join(dirname(require.resolve('rolldown/package.json')), 'bin/cli.mjs')
  try {
    const entry = join(folder, 'entry.mjs')
    const output = join(folder, 'sentry.js')
    // By its path: from a folder elsewhere its name would not be found. `require` finds the build
    // for CommonJS, of which a bundler cannot tell the names; the one of modules lies beside it.
    const esm = require.resolve('@sentry/browser').replace(/([\\/])cjs([\\/])/, '$1esm$2')
    const sdk = JSON.stringify(esm)
    writeFileSync(entry, `export * from ${sdk}\n`)
    const options = ['--format', 'iife', '--name', 'Sentry', '--platform', 'browser']
    await promisify(execFile)(process.execPath, [rolldown, entry, ...options, '--file', output])
    return readFileSync(output, 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function pageScript(dsn: string): string {
  return `Sentry.init({ dsn: ${JSON.stringify(dsn)} })
function payCart(cart) {
  return cart.prices.total
}
document.getElementById('pay').addEventListener('click', () => payCart({}))
`
}

function serve(scripts: Record<string, string>): Server {
  return createServer((request, response) => {
    const script = scripts[request.url ?? '']
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript')
    response.end(script ?? HTML)
  }).listen(0, '127.0.0.1')
}

function urlOf(site: Server): string {
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { type RunningServer, startServer } from '../support/server.ts'
import { describeInBrowser, NARROW, openBrowser, visit, WIDE } from './chromium.ts'
import { sendCheckIns } from './send-check-ins.ts'
import { sendDropped } from './send-dropped.ts'
import { sendEvents } from './send-events.ts'
import { cartError, shopEvents } from './shop-events.ts'

const SCREENSHOTS = join(import.meta.dirname, '../screenshots')

type Look = { name: string; path: string; signedIn: boolean; ready: (page: Page) => Promise<void> }

const LOOKS: Look[] = [
  {
    name: 'sign-in',
    path: '/sign-in',
    signedIn: false,
    ready: (page) => page.getByLabel('Password').waitFor(),
  },
  {
    name: 'list',
    path: '/acme/shop-api/issues',
    signedIn: true,
    ready: (page) => page.getByRole('link', { name: /^TypeError/ }).waitFor(),
  },
  {
    name: 'issue',
    path: '/acme/issues/SHOP-API-4',
    signedIn: true,
    ready: (page) => page.getByRole('region', { name: 'Stack trace' }).waitFor(),
  },
  {
    name: 'monitors',
    path: '/acme/shop-api/monitors',
    signedIn: true,
    ready: (page) => page.getByText('nightly-report').waitFor(),
  },
  {
    name: 'monitors-none',
    path: '/acme/empty/monitors',
    signedIn: true,
    ready: (page) => page.getByText('No scheduled task has checked in yet').waitFor(),
  },
  {
    name: 'outcomes',
    path: '/acme/shop-api/outcomes',
    signedIn: true,
    ready: (page) => page.getByText('The hook beforeSend of the program dropped it.').waitFor(),
  },
  {
    name: 'outcomes-none',
    path: '/acme/empty/outcomes?statsPeriod=14d',
    signedIn: true,
    ready: (page) => page.getByText('Nothing arrived').waitFor(),
  },
  {
    name: 'set-up',
    path: '/acme/empty/issues',
    signedIn: true,
    ready: (page) => page.getByText('Waiting for the first event').waitFor(),
  },
]
const SIZES = { wide: WIDE, narrow: NARROW }

describeInBrowser('the looks of the viewer', () => {
  let browser: Browser
  let server: RunningServer
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true })
    browser = await openBrowser()
    server = await startServer()
    await server.mayday('project', 'create', 'acme/empty', '--platform', 'node')
    await sendEvents(server, shopEvents())
    await sendCheckIns(server)
    await sendDropped(server)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const cases = LOOKS.flatMap((look) =>
    (['light', 'dark'] as const).flatMap((theme) =>
      (['wide', 'narrow'] as const).map((size) => ({ ...look, theme, size })),
    ),
  )
  test.each(cases)(
    '$name, $theme and $size: no violation of axe, no fault, nothing sticks out',
    async ({ name, path, signedIn, ready, theme, size }) => {
      const visitor = await visit(browser, server.url, {
        path,
        signedIn,
        theme,
        size: SIZES[size],
      })
      const { page, problems } = visitor
      await ready(page)
      await page.evaluate(() => document.fonts.ready)
      const file = `${name}-${theme}-${SIZES[size].width}.png`
      await page.screenshot({ path: join(SCREENSHOTS, file), fullPage: size === 'narrow' })
      expect(await axeFindings(page)).toEqual([])
      expect(await sticksOutBy(page)).toBeLessThanOrEqual(0)
      await visitor.close()
      expect(problems).toEqual([])
    },
  )

  test('a theme chosen by hand goes before the one of the system, and stays', async () => {
    // Not the home page: it leads on to this one, which would take a menu opened too soon along.
    const path = '/acme/shop-api/issues'
    const { page, close } = await visit(browser, server.url, { theme: 'light', path })
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await page.getByRole('button', { name: /account:/ }).click()
    const light = await background()
    await page.getByRole('menuitemcheckbox', { name: 'Dark' }).click()
    const dark = await background()
    expect(dark).not.toBe(light)
    await page.reload()
    await page.getByRole('button', { name: /account:/ }).waitFor()
    expect(await background()).toBe(dark)
    await close()
  })

  test('text of an event stays text, whatever it holds', async () => {
    const script = '<script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)>'
    const hostile = cartError(1, {
      exception: { values: [{ type: `Hostile${script}`, value: `safe\u202Egnp.exe ${script}` }] },
      transaction: script,
      tags: { link: 'javascript:alert(3)', note: script },
      user: { id: script, email: 'javascript:alert(4)' },
      request: { method: 'GET', url: 'javascript:alert(5)', headers: [['Referer', script]] },
      breadcrumbs: { values: [{ category: script, message: script, data: { url: script } }] },
      extra: { script, link: 'javascript:alert(6)' },
    })
    await sendEvents(server, [hostile])
    const path = '/acme/shop-api/issues?query=Hostile'
    const { page, problems, close } = await visit(browser, server.url, { path })
    const row = page.getByRole('link', { name: /^Hostile<script>/ })
    await row.waitFor()
    await row.click()
    await page.getByRole('region', { name: 'Breadcrumbs' }).waitFor()
    expect(await page.locator('main h1').textContent()).toContain('safe⟨U+202E⟩gnp.exe <script>')
    expect(await page.locator('a[href^="javascript:" i], main img, main script').count()).toBe(0)
    await close()
    expect(problems).toEqual([])
  })
})

/** Each violation with the elements it stands on, short enough to be read in a failed test. */
async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.html}`).join('\n')}`,
  )
}

function sticksOutBy(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
}

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { type RunningServer, startServer } from '../support/server.ts'
import { describeInBrowser, openBrowser, type Visit, visit } from './chromium.ts'
import { sendEvents } from './send-events.ts'
import { shopEvents } from './shop-events.ts'

describeInBrowser('the page of an issue', () => {
  let browser: Browser
  let server: RunningServer
  let visitor: Visit
  let page: Page
  beforeAll(async () => {
    browser = await openBrowser()
    server = await startServer()
    await sendEvents(server, shopEvents())
  })
  beforeEach(async () => {
    visitor = await visit(browser, server.url, { path: '/acme/shop-api/issues' })
    page = visitor.page
    await page.getByRole('link', { name: /^TypeError/ }).click()
    await region('Stack trace').waitFor()
  })
  afterEach(async () => {
    await visitor.close()
    expect(visitor.problems).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const region = (name: string) => page.getByRole('region', { name, exact: true })
  const button = (name: string) => page.getByRole('button', { name })
  const message = () => page.getByRole('status')
  const eventAt = (position: number) => region('Event').getByText(`${position} of 5`).waitFor()

  test('the failing line stands open, and the values with it', async () => {
    const trace = region('Stack trace')
    await trace.getByText('cart.items', { exact: false }).first().waitFor()
    expect(await trace.textContent()).toContain('src/cart/total-of.ts')
    expect(await trace.textContent()).toContain('SKU-1180')
  })

  test('App hides library frames, All shows them, Raw is the text as Node prints it', async () => {
    const trace = region('Stack trace')
    expect(await trace.getByText('handleRequest').count()).toBe(0)
    await trace.getByRole('button', { name: /^All/ }).click()
    await trace.getByText('handleRequest').waitFor()
    await trace.getByRole('button', { name: 'Raw' }).click()
    expect(await trace.locator('pre').textContent()).toMatch(
      /^TypeError: .*\n\s+at totalOf \(.*total-of\.ts:18:9\)/,
    )
  })

  test('links and keys lead to the older and the newer event', async () => {
    await eventAt(5)
    await page.getByRole('link', { name: 'Older event' }).click()
    await eventAt(4)
    await page.keyboard.press('j')
    await eventAt(3)
    await page.keyboard.press('k')
    await eventAt(4)
    await page.getByRole('link', { name: 'Newer event' }).click()
    await eventAt(5)
    await page.getByRole('link', { name: 'Oldest' }).click()
    await eventAt(1)
  })

  test('the request can be copied as a curl command', async () => {
    await region('Request').getByRole('button', { name: 'Copy as cURL' }).click()
    await region('Request').getByRole('button', { name: 'Copied' }).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toMatch(/^curl .*https:\/\/shop\.example\.com\/checkout\?coupon=SPRING/s)
  })

  test('the last breadcrumbs are shown first, and all on demand', async () => {
    const trail = region('Breadcrumbs')
    expect(await trail.getByText('ann@example.com signed in').count()).toBe(0)
    await trail.getByRole('button', { name: 'Show all' }).click()
    await trail.getByText('ann@example.com signed in').waitFor()
    await trail.getByRole('button', { name: 'Show fewer' }).click()
    await trail.getByText('last 6 of 8').waitFor()
  })

  test('tags show how the events are shared out', async () => {
    const tags = region('Tag distributions')
    expect(await tags.textContent()).toMatch(/production.*80.?%.*staging.*20.?%/s)
    expect(await tags.textContent()).toMatch(/Safari.*20.?%/s)
    expect(await region('Facts').textContent()).toContain('2.4.1')
  })

  test('resolve by button and archive by key can both be undone', async () => {
    await button('Resolve').click()
    await message().getByText('SHOP-API-4 resolved').waitFor()
    await button('Reopen').waitFor()
    await message().getByRole('button', { name: 'Undo' }).click()
    await button('Resolve').waitFor()

    await page.keyboard.press('a')
    await message().getByText('SHOP-API-4 archived').waitFor()
    await button('Reopen').waitFor()
    await message().getByRole('button', { name: 'Undo' }).click()
    await button('Resolve').waitFor()
    await region('Activity').getByText('archived').first().waitFor()
  })

  test('Escape leads back to the list as it was left', async () => {
    await page.goto('/acme/shop-api/issues?query=level:error')
    await page.getByRole('link', { name: /^TypeError/ }).click()
    await region('Stack trace').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Remove level:error' }).waitFor()
  })

  test('a chain of errors is told from what was thrown down to the causes', async () => {
    await page.goto('/acme/shop-api/issues?query=PaymentError')
    await page.getByRole('link', { name: /^PaymentError/ }).click()
    await region('Stack trace').waitFor()
    expect(await region('Stack trace').textContent()).toMatch(
      /PaymentError.*caused by AggregateError.*ConnectionError.*TimeoutError/s,
    )
  })
})

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import { describeInBrowser, openBrowser, type Visit, visit } from './chromium.ts'
import { sendEvents } from './send-events.ts'
import { shopEvents } from './shop-events.ts'

const CART = /^TypeError/
const PAYMENT = /^PaymentError/
const WARNING = /^Stock of/
const MESSAGE = /^Import of/

describeInBrowser('the issue list', () => {
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
    await link(CART).waitFor()
  })
  afterEach(async () => {
    await visitor.close()
    expect(visitor.problems).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const list = () => page.getByRole('region', { name: 'Issues', exact: true })
  const link = (name: RegExp) => list().getByRole('link', { name })
  const tab = (name: string) =>
    page
      .getByRole('navigation', { name: 'Status' })
      .getByRole('link', { name: new RegExp(`^${name}`) })
  const focused = (name: RegExp) =>
    waitUntil(() => link(name).evaluate((one) => one === document.activeElement), `${name} has it`)
  const titles = () => list().locator('tbody a').allTextContents()
  const listed = (...names: RegExp[]) =>
    waitUntil(
      async () => {
        const found = await titles()
        return (
          found.length === names.length && names.every((name, at) => name.test(found[at] ?? ''))
        )
      },
      `the list is ${names.join(', ')}`,
    )
  async function undo(): Promise<void> {
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('status').getByText('Undone').waitFor()
  }
  async function choose(menu: string, item: string): Promise<void> {
    await page.getByRole('button', { name: new RegExp(`^${menu}: `) }).click()
    await page.getByRole('menuitemcheckbox', { name: item }).click()
  }

  test('it tells what happened: last seen first, with counts beside', async () => {
    await listed(CART, PAYMENT, WARNING, MESSAGE)
    const row = list()
      .getByRole('row')
      .filter({ has: page.getByText('TypeError') })
    expect(await row.getByRole('cell').nth(3).textContent()).toBe('5')
    expect(await row.getByRole('cell').nth(4).textContent()).toBe('3')
    expect(await tab('Unresolved').textContent()).toMatch(/4$/)
    const overview = page.getByRole('region', { name: 'Overview' })
    expect(await overview.textContent()).toMatch(/8/)
  })

  test('j and k move, Enter opens, Escape leads back, / goes to the search', async () => {
    await page.keyboard.press('j')
    await focused(CART)
    await page.keyboard.press('j')
    await focused(PAYMENT)
    await page.keyboard.press('k')
    await focused(CART)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: CART }).waitFor()
    await page.keyboard.press('Escape')
    await link(CART).waitFor()
    await page.keyboard.press('/')
    const find = page.getByLabel('Find an error id, an issue or anything')
    await waitUntil(() => find.evaluate((one) => one === document.activeElement), '/ leads there')
  })

  test('e resolves the current issue, and Undo brings it back', async () => {
    await page.keyboard.press('j')
    await focused(CART)
    await page.keyboard.press('e')
    await listed(PAYMENT, WARNING, MESSAGE)
    await focused(PAYMENT)
    await undo()
    await listed(CART, PAYMENT, WARNING, MESSAGE)
  })

  test('x selects several, and one button resolves them together', async () => {
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.getByRole('checkbox', { name: 'Select SHOP-API-2' }).check()
    const bar = page.getByRole('toolbar', { name: 'Selected issues' })
    await bar.getByText('2 selected').waitFor()
    await bar.getByRole('button', { name: 'Resolve' }).click()
    await waitUntil(async () => (await titles()).length === 2, 'two are left')
    await tab('Resolved').click()
    await link(CART).waitFor()
    await undo()
    await tab('Unresolved').click()
    await listed(CART, PAYMENT, WARNING, MESSAGE)
  })

  test('tabs, sorting and environments by mouse', async () => {
    await tab('Resolved').click()
    await page.getByRole('heading', { name: 'No issue matches' }).waitFor()
    await page.goBack()
    await listed(CART, PAYMENT, WARNING, MESSAGE)
    await choose('Sort', 'First seen')
    await waitUntil(async () => PAYMENT.test((await titles())[0] ?? ''), 'the newest stands first')
    await choose('Environment', 'staging')
    await listed(CART)
    await page.reload()
    await listed(CART)
  })

  test('words typed into the search narrow the list and become terms', async () => {
    const search = page.getByRole('textbox', { name: 'Search issues' })
    await search.fill('level:error')
    await search.press('Enter')
    await listed(CART)
    await page.getByRole('button', { name: 'Remove level:error' }).click()
    await listed(CART, PAYMENT, WARNING, MESSAGE)
    await search.fill('supplier')
    await search.press('Enter')
    await listed(MESSAGE)
  })

  test('an error id in the search of the head opens that very error', async () => {
    const [first] = shopEvents()
    if (first === undefined) throw new Error('There is no event')
    await sendEvents(server, [first])
    await page.getByLabel('Find an error id, an issue or anything').fill(first.event_id)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: MESSAGE }).waitFor()
    expect(page.url()).toContain(first.event_id)
  })
})

import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { ADMIN, type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import { describeInBrowser, openBrowser, type Visit, type VisitOptions, visit } from './chromium.ts'
import { sendEvents } from './send-events.ts'
import { cartError } from './shop-events.ts'

const NO_ADMIN = { MAYDAY_ADMIN_EMAIL: undefined, MAYDAY_ADMIN_PASSWORD: undefined }

describeInBrowser('the way in', () => {
  let browser: Browser
  let server: RunningServer
  let visitor: Visit | undefined
  beforeAll(async () => {
    browser = await openBrowser()
    server = await startServer()
  })
  afterEach(async () => {
    await visitor?.close()
    expect(visitor?.problems).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  async function open(url: string, options: VisitOptions) {
    visitor = await visit(browser, url, options)
    return visitor.page
  }

  test('a wrong password is refused in words, the right one opens the page asked for', async () => {
    const page = await open(server.url, { signedIn: false, path: '/acme/shop-api/set-up' })
    await page.getByLabel('E-mail').fill(ADMIN.email)
    await page.getByLabel('Password').fill('wrong horse')
    await page.getByRole('button', { name: 'Sign in' }).click()
    const refusal = page.getByRole('alert')
    await refusal.waitFor()
    expect(await refusal.textContent()).toMatch(/password/i)

    await page.getByLabel('Password').fill(ADMIN.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Send events to shop-api' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/acme/shop-api/set-up')
  })

  test('the link of a fresh server signs in once and does not stay in the address', async () => {
    const fresh = await startServer({ env: NO_ADMIN, prepare: false })
    try {
      await waitUntil(() => /sign-in#link=\S+/.test(fresh.stdout), 'the link is printed')
      const path = `/${/sign-in#link=\S+/.exec(fresh.stdout)?.[0]}`
      const page = await open(fresh.url, { signedIn: false, path })
      await page.getByRole('heading', { name: /^Send the first event/ }).waitFor()
      expect(page.url()).not.toContain('link=')
      await visitor?.close()

      const second = await open(fresh.url, { signedIn: false, path })
      await second.getByText('used before or is too old').waitFor()
    } finally {
      await visitor?.close()
      await fresh.stop()
    }
  })

  test('an empty project shows DSN and code, and turns into the list by itself', async () => {
    const page = await open(server.url, { path: '/acme/shop-api/issues' })
    await page.getByText('Waiting for the first event').waitFor()
    expect(await page.getByRole('region', { name: 'DSN' }).textContent()).toContain(server.dsn)
    const code = page.getByRole('region', { name: 'Code to paste' })
    expect(await code.textContent()).toContain(server.dsn)

    await sendEvents(server, [cartError(0)])
    await page.getByRole('link', { name: /TypeError/ }).waitFor()
    expect(await page.getByText('Waiting for the first event').count()).toBe(0)
  })
})

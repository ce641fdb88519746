import { existsSync } from 'node:fs'
import { describe } from '@jest/globals'
import { type Browser, chromium, type Page } from 'playwright-core'
import { ADMIN } from '../support/server.ts'

const USUAL_PLACE = '/usr/bin/chromium'
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
/** The browser reports every refused request; being asked to sign in is no fault. */
const ASKED_TO_SIGN_IN = /the server responded with a status of 401/

export const WIDE = { width: 1440, height: 900 }
export const NARROW = { width: 390, height: 844 }

/** As `describe`; without a Chromium its tests are skipped, and a line says why. */
export const describeInBrowser: typeof describe.skip =
  findChromium() === undefined ? describe.skip : describe

if (findChromium() === undefined) {
  const reason = process.env.CHROMIUM === '' ? 'CHROMIUM is empty' : `no ${USUAL_PLACE}`
  process.stderr.write(`Browser tests are skipped: ${reason}; set CHROMIUM to an executable.\n`)
}

export function openBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('There is no Chromium')
  return chromium.launch({ executablePath, args: FLAGS })
}

export type VisitOptions = {
  /** Where the browser goes first. @default '/' */
  path?: string
  signedIn?: boolean
  size?: { width: number; height: number }
  /** What the system prefers. */
  theme?: 'light' | 'dark'
}

export type Visit = {
  page: Page
  /** What went wrong unseen: console errors, refusals of the security policy, strange requests. */
  problems: string[]
  close(): Promise<void>
}

/** A visitor with cookies, storage and clipboard of its own. */
export async function visit(
  browser: Browser,
  url: string,
  { path = '/', signedIn = true, size = WIDE, theme = 'light' }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: size,
    colorScheme: theme,
    reducedMotion: 'reduce',
  })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
  if (signedIn) {
    const answer = await context.request.post('/api/0/auth/', {
      data: ADMIN,
      headers: { origin: url },
    })
    if (!answer.ok()) throw new Error(`Not signed in: ${answer.status()} ${await answer.text()}`)
  }
  const page = await context.newPage()
  const problems = problemsOf(page, url)
  await page.goto(path)
  return { page, problems, close: () => context.close() }
}

function problemsOf(page: Page, url: string): string[] {
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'error' || ASKED_TO_SIGN_IN.test(message.text())) return
    problems.push(`console: ${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`))
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== new URL(url).origin && protocol !== 'data:') {
      problems.push(`request to another origin: ${request.url()}`)
    }
  })
  return problems
}

/** CHROMIUM names it; empty, it says that there is none. */
function findChromium(): string | undefined {
  const named = process.env.CHROMIUM
  if (named !== undefined) return named === '' ? undefined : named
  return existsSync(USUAL_PLACE) ? USUAL_PLACE : undefined
}

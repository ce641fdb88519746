import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import { describeInBrowser, openBrowser, visit } from './chromium.ts'
import { sendEvents } from './send-events.ts'
import { shopEvents } from './shop-events.ts'

describeInBrowser('files and words that come with an event', () => {
  let browser: Browser
  let server: RunningServer
  beforeAll(async () => {
    browser = await openBrowser()
    server = await startServer()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  test('stand on the page of its issue; a file is downloaded, not shown', async () => {
    const [event] = shopEvents()
    if (event === undefined) throw new Error('no event')
    await sendEvents(server, [event])
    const file = '<script>document.title = "run"</script>'
    const report = { event_id: event.event_id, name: 'Ada', comments: '<b>It</b> broke' }
    await post(event.event_id, [
      { type: 'attachment', filename: 'page.html', content_type: 'text/html', payload: file },
      { type: 'user_report', payload: JSON.stringify(report) },
    ])
    const visitor = await visit(browser, server.url, { path: `/e/${event.event_id}` })
    const { page } = visitor
    const region = (name: string) => page.getByRole('region', { name, exact: true })
    await region('Feedback').getByText('<b>It</b> broke').waitFor()
    const link = region('Attachments').getByRole('link', { name: 'page.html' })
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    expect(download.suggestedFilename()).toBe('page.html')
    expect(await readFile(await download.path(), 'utf8')).toBe(file)
    await visitor.close()
    expect(visitor.problems).toEqual([])
  })

  type Sent = { type: string; payload: string; [header: string]: string }

  async function post(eventId: string, items: Sent[]): Promise<void> {
    const { username: key, pathname } = new URL(server.dsn)
    const lines = [JSON.stringify({ event_id: eventId })]
    for (const { payload, ...header } of items) {
      lines.push(JSON.stringify({ ...header, length: Buffer.byteLength(payload) }), payload)
    }
    const url = `${server.url}/api${pathname}/envelope/?sentry_key=${key}`
    expect((await fetch(url, { method: 'POST', body: lines.join('\n') })).status).toBe(200)
    const headers = { authorization: `Bearer ${server.token}` }
    const path = `/api/0/projects/acme/shop-api/events/${eventId}/attachments/`
    const isThere = async () => {
      const answer = await fetch(server.url + path, { headers })
      return ((await answer.json()) as unknown[]).length > 0
    }
    await waitUntil(isThere, 'the file is stored')
  }
})

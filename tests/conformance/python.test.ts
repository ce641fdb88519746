import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Event } from '@mayday/protocol/api/events'
import { installOnce } from '../support/install-once.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { chainOf, entryOf, eventsShown, filesOf, monitorShown, RECEIPT, trailOf } from './shown.ts'
import { describeWith } from './toolchain.ts'

const FOLDER = join(import.meta.dirname, 'python')
const ERROR = 'ValueError: Cannot charge the card'
const MESSAGE = 'The nightly import was skipped'
const run = promisify(execFile)

describeWith('python3', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server?.stop())

  describe.each([
    { major: '1', version: /^1\./ },
    { major: '2', version: /^2\./ },
  ])('a program on sentry-python $major', ({ major, version }) => {
    const project = `acme/python-${major}`
    let shown: Map<string, Event>
    beforeAll(async () => {
      const python = await pythonWith(major)
      shown = await eventsShown(server, project, 3, (dsn) =>
        run(python, [join(FOLDER, 'shop.py'), dsn], { timeout: 60_000 }),
      )
    })

    test('has an issue for its error, its message and the failed page of Flask', () => {
      expect([...shown.keys()].sort()).toEqual(["KeyError: 'order 7'", MESSAGE, ERROR].sort())
    })

    test('shows the error with its cause, and where each was thrown', () => {
      expect(chainOf(shown.get(ERROR) as Event)).toEqual([
        { type: 'KeyError', value: "'hammer'", function: 'read_stock' },
        { type: 'ValueError', value: 'Cannot charge the card', function: 'charge_card' },
      ])
    })

    test('shows what the program told beside the error', () => {
      const event = shown.get(ERROR) as Event
      expect(event).toMatchObject({
        platform: 'python',
        level: 'error',
        environment: 'production',
        release: { version: 'shop@1.0.0' },
        user: { id: 'ada', email: 'ada@example.com' },
        sdk: {
          name: expect.stringMatching(/^sentry\.python/),
          version: expect.stringMatching(version),
        },
        tags: expect.arrayContaining([{ key: 'branch', value: 'berlin' }]),
      })
      expect(trailOf(event)).toEqual([
        { category: 'cart', message: 'The cart was opened', level: 'info' },
      ])
      expect(shown.get(MESSAGE)).toMatchObject({ level: 'warning' })
    })

    test('gives back the attached file byte by byte', async () => {
      const files = await filesOf(server, project, shown.get(ERROR) as Event)
      expect(files.get('receipt.bin')).toEqual(RECEIPT)
    })

    test('shows the request that Flask failed to answer', () => {
      const event = shown.get("KeyError: 'order 7'") as Event
      expect(event.transaction).toBe('orders')
      expect(entryOf(event, 'request')).toMatchObject({
        method: 'GET',
        url: 'http://localhost/orders',
        query: [['page', '2']],
        headers: expect.arrayContaining([['X-Shop', 'main']]),
      })
      expect(entryOf(event, 'exception')?.values.at(-1)?.mechanism).toMatchObject({
        handled: false,
      })
    })

    test('shows its scheduled task', async () => {
      expect(await monitorShown(server, project, 'nightly-import')).toMatchObject({
        status: 'ok',
        config: { schedule_type: 'crontab', schedule: '0 3 * * *' },
        environments: [{ name: 'production', status: 'ok' }],
      })
    })
  })
})

/** A Python of its own with what the requirements name. */
async function pythonWith(major: string): Promise<string> {
  const requirements = join(FOLDER, `requirements-${major}.txt`)
  const folder = join(FOLDER, `.installed-${major}`)
  const python = join(folder, 'bin/python')
  await installOnce({
    locks: [requirements],
    stampFile: join(folder, '.mayday-install'),
    link: `${folder}.installing`,
    install: async () => {
      await rm(folder, { recursive: true, force: true })
      await run('python3', ['-m', 'venv', folder])
      const quiet = ['--quiet', '--disable-pip-version-check', '--only-binary=:all:']
      await run(python, ['-m', 'pip', 'install', ...quiet, '-r', requirements])
    },
  })
  return python
}

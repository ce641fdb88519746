import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import { compareBooks, NOTHING, whenDigested } from './books.ts'
import { answers, connectionTo, freezePostgres } from './embedded-database.ts'
import { Load } from './load.ts'

/** Longer than the server waits for any statement. */
const FROZEN_MS = 35_000
const PATIENCE_MS = 4 * 60_000

let dataDir: string
let server: RunningServer | undefined
let load: Load | undefined
let frozen: number[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'mayday-test-'))
})
afterEach(async () => {
  thaw()
  await load?.abandon()
  await server?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

test(
  'while PostgreSQL is frozen, every event gets its 200 and is stored once it thaws',
  async () => {
    server = await startServer({ dataDir })
    // Slow enough that the backlog is digested in seconds.
    load = new Load({ dsn: server.dsn, senders: 8, pauseMs: 40 })
    await load.acceptedMore(200)

    frozen = freezePostgres(dataDir)
    await sleep(FROZEN_MS)
    await load.acceptedMore(200)
    thaw()

    await waitUntil(() => answers(connectionTo(dataDir)), 'PostgreSQL answers again')
    await load.acceptedMore(200)
    await load.stop()
    await whenDigested(server)
    expect(load).toMatchObject({ refused: [], unanswered: 0 })
    expect(await compareBooks(load, connectionTo(dataDir))).toEqual(NOTHING)
  },
  PATIENCE_MS,
)

function thaw(): void {
  for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT')
}

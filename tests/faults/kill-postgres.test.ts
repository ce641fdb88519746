import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type RunningServer, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'
import { compareBooks, NOTHING, whenDigested } from './books.ts'
import { answers, connectionTo, freezePostgres, postmasterOf } from './embedded-database.ts'
import { Load } from './load.ts'

const ROUNDS = 4

let dataDir: string
let server: RunningServer | undefined
let load: Load | undefined
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'mayday-test-'))
})
afterEach(async () => {
  await load?.abandon()
  await server?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

test('however often PostgreSQL is killed, every event gets its 200 and is stored once', async () => {
  server = await startServer({ dataDir })
  load = new Load({ dsn: server.dsn, pauseMs: 10 })
  for (let round = 0; round < ROUNDS; round++) {
    await load.acceptedMore(randomInt(50, 2_000))
    const killed = postmasterOf(dataDir)
    for (const pid of freezePostgres(dataDir)) process.kill(pid, 'SIGKILL')
    await waitUntil(() => answers(connectionTo(dataDir)), 'PostgreSQL answers again')
    expect(postmasterOf(dataDir)).not.toBe(killed)
  }
  await load.acceptedMore(200)
  await load.stop()
  await whenDigested(server)
  expect(load).toMatchObject({ refused: [], unanswered: 0 })
  expect(await compareBooks(load, connectionTo(dataDir))).toEqual(NOTHING)
})

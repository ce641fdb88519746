import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type RunningServer, startServer } from '../support/server.ts'
import { compareBooks, NOTHING, whenDigested } from './books.ts'
import { connectionTo } from './embedded-database.ts'
import { Load } from './load.ts'

const ROUNDS = 4
const SHOWN_EVENTS = 20

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

test('what got its 200 is stored exactly once, however often the server is killed', async () => {
  server = await startServer({ dataDir })
  const { dsn, token, port } = server
  load = new Load({ dsn })
  for (let round = 0; round < ROUNDS; round++) {
    await load.acceptedMore(randomInt(50, 2_000))
    await server.kill9()
    server = await startServer({ dataDir, port, prepare: false })
  }
  await load.acceptedMore(200)
  await load.stop()
  await whenDigested(server)
  expect(load.refused).toEqual([])
  expect(load.unanswered).toBeGreaterThan(0)
  expect(await compareBooks(load, connectionTo(dataDir))).toEqual(NOTHING)
  for (const eventId of [...load.accepted.keys()].slice(-SHOWN_EVENTS)) {
    const address = `${server.url}/api/0/organizations/acme/eventids/${eventId}/`
    const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(200)
  }
})

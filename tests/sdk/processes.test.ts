import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type EventSink, startEventSink } from '../support/event-sink.ts'
import { type InstalledSdk, installSdk, runNode } from '../support/installed-sdk.ts'

let sdk: InstalledSdk
let sink: EventSink
beforeAll(async () => {
  sdk = await installSdk()
})
afterAll(() => sdk.remove())
beforeEach(async () => {
  sink = await startEventSink()
})
afterEach(() => sink.close())

const CAPTURES = `
  const Mayday = require('@mayday/node')
  const { isMainThread, workerData } = require('node:worker_threads')
  Mayday.init({ dsn: process.env.DSN, release: '1' })
  const name = isMainThread ? process.argv[2] : workerData
  Mayday.setTag('name', name)
  Mayday.setUser({ id: name })
  setTimeout(() => {
    Mayday.addBreadcrumb({ message: 'of ' + name })
    Mayday.captureException(new Error('of ' + name))
  }, 1)`

describe('S12: each process and thread has its own queue', () => {
  test.each([
    ['8 children', 8, `require('node:child_process').fork(file, [name])`],
    ['50 threads', 50, `new (require('node:worker_threads').Worker)(file, { workerData: name })`],
  ])('%s send one event each, of their own', async (_, count, start) => {
    await sdk.write('captures.cjs', CAPTURES)
    const file = await sdk.write(
      'many.cjs',
      `const Mayday = require('@mayday/node')
       Mayday.init({ dsn: process.env.DSN, release: '1' })
       Mayday.setTag('name', 'parent')
       const file = require.resolve('./captures.cjs')
       let left = ${count}
       for (let index = 0; index < ${count}; index++) {
         const name = 'n' + index
         ;(${start}).on('exit', (code) => {
           if (code !== 0) console.log(name, code)
           if (--left === 0) Mayday.captureMessage('of parent')
         })
       }`,
    )
    const result = await runNode([file], { env: { DSN: sink.dsn } })
    expect(result).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    const events = sink.events()
    expect(new Set(events.map((event) => event.event_id)).size).toBe(count + 1)
    expect(events).toHaveLength(count + 1)
    for (const { tags, user, exception, breadcrumbs } of events) {
      const name = tags?.name
      if (name === 'parent') continue
      expect(exception?.values[0]?.value).toBe(`of ${name}`)
      expect(user).toEqual({ id: name })
      expect(breadcrumbs?.values.map(({ message }) => message)).toEqual([`of ${name}`])
    }
  })
})

test('S14: of 1,000 requests at once each keeps its own user, tags and breadcrumbs', async () => {
  const file = await sdk.write(
    'isolation.cjs',
    `const Mayday = require('@mayday/node')
     const seen = []
     Mayday.init({ dsn: process.env.DSN, release: '1', beforeSend: (event) => { seen.push(event); return null } })
     const http = require('node:http'), { setTimeout: sleep } = require('node:timers/promises')
     let arrived = 0, open
     const allArrived = new Promise((resolve) => { open = resolve })
     const server = http.createServer(async (request, response) => {
       const name = request.url.slice(1)
       Mayday.setUser({ id: name })
       if (++arrived === 1000) open()
       await allArrived
       Mayday.addBreadcrumb({ message: name })
       await sleep(Math.random() * 20)
       Mayday.setTag('name', name)
       Mayday.captureException(new Error(name))
       response.end()
     })
     server.listen(0, '127.0.0.1', 2000, () => {
       let left = 1000
       const { port } = server.address()
       for (let index = 0; index < 1000; index++) {
         http.get({ port, agent: false, path: '/n' + index }, (response) => response.resume().on('end', async () => {
           if (--left > 0) return
           server.close()
           await Mayday.flush(5000)
           const mixed = seen.filter((event) => {
             const name = event.exception.values[0].value
             const own = event.breadcrumbs.values.filter(({ category }) => category === undefined)
             return event.user.id !== name || event.tags.name !== name || own.some(({ message }) => message !== name)
           })
           console.log(seen.length > 0, mixed.length)
         }))
       }
     })`,
  )
  const result = await runNode([file], { env: { DSN: sink.dsn } })
  expect(result).toMatchObject({ code: 0, stdout: 'true 0\n' })
})

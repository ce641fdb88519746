import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadAdapter } from './sdk-adapter.ts'

/**
 * A server whose requests leave breadcrumbs, and of which some fail: sdk-soak-program.js <adapter>
 * <port of the sink>, with --expose-gc. Asked by IPC, it collects garbage and tells what it holds.
 */
const CRUMBS_PER_REQUEST = 5
const FAILS_ONE_IN = 50

const [name = '', sinkPort] = process.argv.slice(2)
loadAdapter(name).start({ port: Number(sinkPort) })

let served = 0
const server = createServer((_request, response) => {
  served++
  for (let crumb = 0; crumb < CRUMBS_PER_REQUEST; crumb++) console.log(`step ${crumb} of ${served}`)
  response.statusCode = served % FAILS_ONE_IN === 0 ? 500 : 200
  response.end('{}')
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.on('message', () => {
  // Twice: what has a finaliser is gone after the second time.
  globalThis.gc?.()
  globalThis.gc?.()
  const openFiles = readdirSync('/proc/self/fd').length
  process.send?.({ heapUsed: process.memoryUsage().heapUsed, openFiles, served })
})
process.on('disconnect', () => process.exit())

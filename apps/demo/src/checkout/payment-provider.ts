import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A third party that takes every request and answers none. */
export async function startPaymentProvider(): Promise<string> {
  const server = createServer((request) => {
    request.resume()
  })
  // Of this process alone: what is not exclusive, a cluster shares.
  server.listen({ port: 0, host: '127.0.0.1', exclusive: true }).unref()
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { fastify as Fastify } from 'fastify'
import { type Adapter, loadAdapter, requireRival } from './sdk-adapter.ts'

/**
 * A server that says hello, with an SDK in it: sdk-serve.js <framework> <adapter> <port of the sink>.
 * Tells its port by IPC; asked anything, it tells the CPU time that it has used, in microseconds.
 */
type ExpressApp = {
  get(path: string, handler: (request: unknown, response: ExpressResponse) => void): void
  listen(port: number, host: string): Server
}
type ExpressResponse = { json(body: object): void }

const [framework = '', name = '', sinkPort] = process.argv.slice(2)
const adapter = loadAdapter(name)
adapter.start({ port: Number(sinkPort) })
const port = await listen(framework, adapter)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on('disconnect', () => process.exit())
process.send?.({ port })

async function listen(framework: string, sdk: Adapter): Promise<number> {
  if (framework === 'fastify') return await listenFastify(sdk)
  const server =
    framework === 'express' ? listenExpress(sdk) : createServer(hello).listen(0, '127.0.0.1')
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

function hello(_request: unknown, response: import('node:http').ServerResponse): void {
  response.setHeader('content-type', 'application/json')
  response.end('{"hello":"world"}')
}

function listenExpress(sdk: Adapter): Server {
  const app = (requireRival('express') as () => ExpressApp)()
  sdk.beforeExpressRoutes?.(app)
  app.get('/', (_request, response) => response.json({ hello: 'world' }))
  sdk.afterExpressRoutes?.(app)
  return app.listen(0, '127.0.0.1')
}

async function listenFastify(sdk: Adapter): Promise<number> {
  const { fastify } = requireRival('fastify') as { fastify: typeof Fastify }
  const app = fastify()
  await sdk.beforeFastifyRoutes?.(app)
  app.get('/', async () => ({ hello: 'world' }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

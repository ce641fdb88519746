// Apps with an error handler of their own, which answers with the error id that it is told. They are
// set up before that handler is given, or `after` it.
import { createServer } from 'node:http'
import * as Mayday from '@mayday/node'
import * as failures from './failures.mjs'

const isAfter = process.argv[5] === 'after'

/** What a handler of the app's own would say. */
const sorry = (error, errorId) => ({ sorry: error.message.split(' ')[1], errorId })

const apps = {
  fastify: async (fastify) => {
    const app = fastify()
    const own = () =>
      app.setErrorHandler((error, request, reply) => {
        if (request.query.passed !== undefined) return reply.send(error)
        return reply.code(500).send(sorry(error, reply.errorId))
      })
    if (isAfter) own()
    Mayday.setupFastifyErrorHandler(app)
    if (!isAfter) own()
    app.get('/:id/thrown', () => {
      throw failures.kaput('thrown')
    })
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
  koa: async (Koa) => {
    const app = new Koa()
    const own = () =>
      app.use(async (context, next) => {
        try {
          await next()
        } catch (error) {
          context.status = 500
          context.body = sorry(error, context.state.errorId)
        }
      })
    if (isAfter) own()
    Mayday.setupKoaErrorHandler(app)
    if (!isAfter) own()
    app.use(() => {
      throw failures.kaput('thrown')
    })
    return app.callback()
  },
  hono: async (Hono) => {
    const { getRequestListener } = failures.require('@hono/node-server')
    const app = new Hono()
    // A name that Hono's own handler has as well.
    const errorHandler = (error, context) => context.json(sorry(error, context.get('errorId')), 500)
    if (isAfter) app.onError(errorHandler)
    Mayday.setupHonoErrorHandler(app)
    if (!isAfter) app.onError(errorHandler)
    app.get('/:id/thrown', () => {
      throw failures.kaput('thrown')
    })
    app.get('/:id/text', () => {
      throw 'kaput text'
    })
    app.get('/:id/alone', async (context) => context.json(await withoutServer(Hono)))
    return getRequestListener(app.fetch)
  },
}

/** As a test of an app calls it: no server, so no request of Node's. */
async function withoutServer(Hono) {
  const app = new Hono()
  Mayday.setupHonoErrorHandler(app)
  app.get('/', () => {
    throw failures.kaput('alone')
  })
  const response = await app.request('/')
  return { status: response.status, problem: await response.json() }
}

const [kind] = failures.name.split('-')
const exported = failures.require(failures.name)
const listen = await apps[kind](kind === 'hono' ? exported.Hono : exported)
const server = createServer(async (request, response) => {
  if (request.url === '/flush') response.end(JSON.stringify(await failures.flushed()))
  else listen(request, response)
})
server.listen(0, '127.0.0.1', () => failures.announce(server))

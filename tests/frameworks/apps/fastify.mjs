import * as Mayday from '@mayday/node'
import * as failures from './failures.mjs'

const app = failures.require(failures.name)()
if (failures.isSetUp) Mayday.setupFastifyErrorHandler(app)
// A plugin, since what is set outside of it has to hold in it.
app.register(
  async (orders) => {
    orders.get('/thrown', () => {
      throw failures.kaput('thrown')
    })
    orders.get('/rejected', () => failures.rejected())
    orders.get('/sent500', (_request, reply) => {
      reply.code(500).send({ sent: 500 })
    })
    orders.get('/sent503', (_request, reply) => {
      reply.code(503).send({ sent: 503 })
    })
    orders.get('/busy', () => {
      throw Object.assign(failures.kaput('busy'), { statusCode: 503 })
    })
    orders.get('/bad', () => {
      throw Object.assign(failures.kaput('bad'), { statusCode: 400 })
    })
    orders.get('/late', async (_request, reply) => {
      reply.raw.write('half of ')
      throw failures.kaput('late')
    })
    orders.get('/gone', (_request, reply) => failures.untilGone(reply.raw))
    orders.get('/stream', (_request, reply) => {
      reply.send(failures.stream())
    })
    orders.get('/user', (request) => failures.ofUser(request.params.id))
    orders.get('/made-up', (request) => failures.madeUp(request.raw))
  },
  { prefix: '/orders/:id' },
)
app.get('/flush', () => failures.flushed())
await app.listen({ port: 0, host: '127.0.0.1' })
failures.announce(app.server)

import { Readable } from 'node:stream'
import * as Mayday from '@mayday/node'
import * as failures from './failures.mjs'

const { Hono } = failures.require('hono')
const { HTTPException } = failures.require('hono/http-exception')
const { stream } = failures.require('hono/streaming')
const { serve } = failures.require('@hono/node-server')
const app = new Hono()
if (failures.isSetUp) Mayday.setupHonoErrorHandler(app)
const orders = new Hono()
orders.get('/thrown', () => {
  throw failures.kaput('thrown')
})
orders.get('/rejected', () => failures.rejected())
orders.get('/sent500', (context) => context.json({ sent: 500 }, 500))
orders.get('/sent503', (context) => context.json({ sent: 503 }, 503))
orders.get('/busy', () => {
  throw new HTTPException(503, { message: 'kaput busy at /srv/secret' })
})
orders.get('/bad', () => {
  throw new HTTPException(400, { message: 'kaput bad at /srv/secret' })
})
// Hono takes care of it: it writes the error to the console and ends the answer.
orders.get('/late', (context) =>
  stream(context, async (answer) => {
    await answer.write('half of ')
    throw failures.kaput('late')
  }),
)
orders.get('/gone', (context) => failures.untilGone(context.env.outgoing))
orders.get('/stream', (context) => context.body(Readable.toWeb(failures.stream())))
orders.get('/user', async (context) => context.json(await failures.ofUser(context.req.param('id'))))
orders.get('/made-up', (context) => failures.madeUp(context.env.incoming))
app.route('/orders/:id', orders)
app.get('/flush', async (context) => context.json(await failures.flushed()))
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
  failures.announce(server),
)

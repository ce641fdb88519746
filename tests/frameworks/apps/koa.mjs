import * as Mayday from '@mayday/node'
import * as failures from './failures.mjs'

const Koa = failures.require(failures.name)
const { Router } = failures.require('@koa/router')
const app = new Koa()
const router = new Router({ prefix: '/orders/:id' })
if (failures.isSetUp) Mayday.setupKoaErrorHandler(app)
router.get('/thrown', () => {
  throw failures.kaput('thrown')
})
router.get('/rejected', () => failures.rejected())
router.get('/sent500', (context) => {
  context.status = 500
  context.body = { sent: 500 }
})
router.get('/sent503', (context) => {
  context.status = 503
  context.body = { sent: 503 }
})
router.get('/busy', () => {
  throw Object.assign(failures.kaput('busy'), { status: 503 })
})
router.get('/bad', () => {
  throw Object.assign(failures.kaput('bad'), { status: 400 })
})
router.get('/late', (context) => {
  context.res.writeHead(200)
  context.res.write('half of ')
  throw failures.kaput('late')
})
router.get('/gone', (context) => failures.untilGone(context.res))
router.get('/stream', (context) => {
  context.body = failures.stream()
})
router.get('/user', async (context) => {
  context.body = await failures.ofUser(context.params.id)
})
router.get('/made-up', (context) => failures.madeUp(context.req))
app.use(router.routes())
app.use(async (context, next) => {
  if (context.path === '/flush') context.body = await failures.flushed()
  else await next()
})
const server = app.listen(0, '127.0.0.1', () => failures.announce(server))

import { pipeline } from 'node:stream'
import * as Mayday from '@mayday/node'
import * as failures from './failures.mjs'

const app = failures.require(failures.name)()
app.get('/orders/:id/thrown', () => {
  throw failures.kaput('thrown')
})
// Express 4 knows nothing of promises.
app.get('/orders/:id/rejected', (_request, _response, next) =>
  failures.name === 'express-4' ? failures.rejected().catch(next) : failures.rejected(),
)
app.get('/orders/:id/next', (_request, _response, next) => next(failures.kaput('next')))
app.get('/orders/:id/sent500', (_request, response) => {
  response.status(500).json({ sent: 500 })
})
app.get('/orders/:id/sent503', (_request, response) => {
  response.status(503).json({ sent: 503 })
})
app.get('/orders/:id/busy', () => {
  throw Object.assign(failures.kaput('busy'), { status: 503 })
})
app.get('/orders/:id/bad', () => {
  throw Object.assign(failures.kaput('bad'), { status: 400, expose: false })
})
app.get('/orders/:id/late', (_request, response) => {
  response.write('half of ')
  throw failures.kaput('late')
})
app.get('/orders/:id/gone', (_request, response, next) => {
  failures.untilGone(response).catch(next)
})
app.get('/orders/:id/stream', (_request, response, next) => {
  pipeline(failures.stream(), response, (error) => error && next(error))
})
app.get('/orders/:id/user', (request, response, next) => {
  failures.ofUser(request.params.id).then((served) => response.json(served), next)
})
app.get('/orders/:id/made-up', (request) => failures.madeUp(request))
app.get('/flush', async (_request, response) => {
  response.json(await failures.flushed())
})
if (failures.isSetUp) Mayday.setupExpressErrorHandler(app)
const server = app.listen(0, '127.0.0.1', () => failures.announce(server))

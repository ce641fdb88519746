// One Nest app for every version and both platforms. Its arguments: the folder that Nest is
// installed in, the platform, and `bare` for an app without the SDK. Decorators are called, so that
// no compiler stands between the app and what is tested.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as Mayday from '@mayday/node'

const [folder, platform, mode] = process.argv.slice(2)
const require = createRequire(join(folder, 'app.mjs'))
require('reflect-metadata')
const common = require('@nestjs/common')
const { NestFactory, ExternalContextCreator } = require('@nestjs/core')
const { defer, tap, throwError } = require('rxjs')

if (mode !== 'bare') {
  Mayday.init({ dsn: process.env.MAYDAY_DSN, release: '1', environment: 'production' })
}

class Teapot extends Error {}

class OrdersController {
  thrown() {
    throw new Error('thrown kaput')
  }
  async rejected() {
    await null
    throw new TypeError('rejected kaput')
  }
  observable() {
    return defer(() => throwError(() => new Error('observable kaput')))
  }
  http500() {
    throw new common.InternalServerErrorException('secret of 500')
  }
  http503() {
    throw new common.ServiceUnavailableException('secret of 503')
  }
  health() {
    throw new common.ServiceUnavailableException({ status: 'error', details: { database: 'down' } })
  }
  http404() {
    throw new common.NotFoundException('no such order')
  }
  http400() {
    throw new common.BadRequestException({ fields: ['amount'] })
  }
  byId(id) {
    return { id, lastErrorId: Mayday.lastErrorId() ?? null }
  }
  number(number) {
    return { number }
  }
  guarded() {}
  intercepted() {
    return {}
  }
  afterwards() {
    return {}
  }
  middleware() {}
  ownFilter() {
    throw new Teapot('own filter kaput')
  }
  ownFilter400() {
    throw new Teapot('four hundred')
  }
  scoped() {
    throw new Error('scoped kaput')
  }
  primitive() {
    throw 'only a text'
  }
  sent(response) {
    if (response.raw) response.code(500).send({ sent: true })
    else response.status(500).json({ sent: true })
  }
  begun(response) {
    const raw = response.raw ?? response
    // Without which Fastify answers once more, and ends the process.
    if (response.raw) response.hijack()
    raw.writeHead(200, { 'content-type': 'text/plain' })
    raw.write('half of ')
    throw new Error('begun kaput')
  }
  async gone(request) {
    const raw = request.raw ?? request
    await new Promise((resolve) => raw.socket.once('close', resolve))
    process.stdout.write('GONE\n')
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
  }
  async external() {
    const creator = app.get(ExternalContextCreator)
    const method = creator.create(
      this,
      this.resolver,
      'resolver',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'graphql',
    )
    return await method().catch((error) => ({ answered: error.message }))
  }
  resolver() {
    throw new Error('resolver kaput')
  }
}

class ScopedController {
  scoped() {
    throw new Error('scoped kaput')
  }
}

const throws = (message) => () => {
  throw new Error(message)
}

class OwnFilter {
  catch(error, host) {
    const response = host.switchToHttp().getResponse()
    const status = error.message === 'four hundred' ? 400 : 500
    const errorId = response.locals?.errorId ?? response.errorId
    const body = status === 400 ? { own: true } : { own: true, errorId }
    if (response.raw) response.code(status).send(body)
    else response.status(status).json(body)
  }
}
common.Catch(Teapot)(OwnFilter)

function decorate(controller, name, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, name)
  for (const decorator of decorators) decorator(controller.prototype, name, descriptor)
}

const { Get, Param, Req, Res, UseFilters, UseGuards, UseInterceptors } = common
for (const name of [
  'thrown',
  'rejected',
  'observable',
  'http500',
  'http503',
  'health',
  'http404',
  'http400',
  'middleware',
  'primitive',
  'external',
]) {
  decorate(OrdersController, name, Get(name))
}
for (const name of ['sent', 'begun']) {
  decorate(OrdersController, name, Get(name))
  Res()(OrdersController.prototype, name, 0)
}
decorate(OrdersController, 'gone', Get('gone'))
Req()(OrdersController.prototype, 'gone', 0)
decorate(OrdersController, 'byId', Get('by-id/:id'))
Param('id')(OrdersController.prototype, 'byId', 0)
decorate(OrdersController, 'number', Get('number/:number'))
Param('number', common.ParseIntPipe)(OrdersController.prototype, 'number', 0)
decorate(
  OrdersController,
  'guarded',
  Get('guarded/:id'),
  UseGuards({ canActivate: throws('guard kaput') }),
)
decorate(
  OrdersController,
  'intercepted',
  Get('intercepted'),
  UseInterceptors({ intercept: throws('interceptor kaput') }),
)
decorate(
  OrdersController,
  'afterwards',
  Get('afterwards'),
  UseInterceptors({ intercept: (_, next) => next.handle().pipe(tap(throws('tap kaput'))) }),
)
decorate(OrdersController, 'ownFilter', Get('own-filter'), UseFilters(OwnFilter))
decorate(OrdersController, 'ownFilter400', Get('own-filter-400'), UseFilters(new OwnFilter()))
common.Controller('orders')(OrdersController)
decorate(ScopedController, 'scoped', Get('scoped/:id'), common.Version('2'))
common.Controller({ path: 'orders', scope: common.Scope.REQUEST })(ScopedController)

class AppModule {
  configure(consumer) {
    consumer.apply(throws('middleware kaput')).forRoutes('orders/middleware')
  }
}
common.Module({ controllers: [OrdersController, ScopedController] })(AppModule)

const options = { logger: ['error'], abortOnError: platform === 'express' }
const { FastifyAdapter } = platform === 'fastify' ? require('@nestjs/platform-fastify') : {}
const app = FastifyAdapter
  ? await NestFactory.create(AppModule, new FastifyAdapter(), options)
  : await NestFactory.create(AppModule, options)
app.setGlobalPrefix('api')
app.enableVersioning({ type: common.VersioningType.URI, defaultVersion: common.VERSION_NEUTRAL })
if (mode === 'hidden') {
  const hidden = new Proxy(app, {
    get: (target, key) => (key === 'routesResolver' ? undefined : target[key]),
  })
  Mayday.setupNestErrorHandler(hidden)
} else if (mode !== 'bare') {
  Mayday.setupNestErrorHandler(app)
  Mayday.setupNestErrorHandler(app)
}
await app.listen(0, '127.0.0.1')
process.stdout.write(`PORT ${app.getHttpServer().address().port}\n`)

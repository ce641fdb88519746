/**
 * A program as its users write it, on one of Sentry's own SDKs. Nothing in it knows of Mayday but the
 * DSN. Called with the name of the SDK's package and the DSN.
 */
const { once } = require('node:events')
const http = require('node:http')

const [, , sdk, dsn] = process.argv
const Sentry = require(sdk)

const TIMES = 50
const FLUSH_TIMEOUT_MS = 30_000

Sentry.init({
  dsn,
  release: 'shop@1.0.0',
  environment: 'production',
  // On by default: drops an error that equals the one sent just before, which all of ours do.
  integrations: (defaults) => defaults.filter(({ name }) => name !== 'Dedupe'),
})

const ROUTES = {
  '/stock': () => readStock({}),
  '/charge': () => chargeCard(-100),
  '/import': () => Sentry.captureMessage('The nightly import was skipped', 'warning'),
}

function readStock(shelf) {
  return shelf.items.length
}

function chargeCard(amount) {
  throw new RangeError(`Cannot charge ${amount} cents`)
}

async function main() {
  const server = http.createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  for (let n = 0; n < TIMES; n++) await call(`${url}/stock`, n % 2 === 0 ? 'ada' : 'grace')
  await call(`${url}/charge`, 'ada')
  await call(`${url}/import`, 'grace')
  server.closeAllConnections()
  server.close()
}

function answer(request, response) {
  Sentry.setUser({ id: request.headers['x-customer'] })
  try {
    ROUTES[request.url]()
  } catch (error) {
    Sentry.captureException(error)
  }
  response.end()
}

async function call(url, customer) {
  await (await fetch(url, { headers: { 'x-customer': customer } })).arrayBuffer()
  // The SDK keeps only so many unsent events.
  await Sentry.flush(FLUSH_TIMEOUT_MS)
}

main()

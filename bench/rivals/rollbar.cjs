let client

exports.start = ({ port }) => {
  const module = require('rollbar')
  const Rollbar = module.default ?? module
  client = new Rollbar({
    accessToken: 'a'.repeat(32),
    endpoint: `http://127.0.0.1:${port}/rollbar/api/1/item/`,
    captureUncaught: true,
    captureUnhandledRejections: true,
    // For rows that measure one event: its default of 60 would leave most of them out.
    ...(process.env.BENCH_UNLIMITED ? { itemsPerMinute: 100_000, maxItems: 0 } : {}),
  })
}
exports.capture = (error) => client.error(error)
exports.captureWith = (error, extra) => client.error(error, extra)
exports.flush = () => new Promise((resolve) => client.wait(resolve))
exports.afterExpressRoutes = (app) => app.use(client.errorHandler())

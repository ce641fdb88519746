let sdk
let client

exports.start = ({ port }) => {
  sdk = require('posthog-node')
  client = new sdk.PostHog('phc_bench', {
    host: `http://127.0.0.1:${port}`,
    enableExceptionAutocapture: true,
  })
}
exports.capture = (error) => client.captureException(error, 'bench')
exports.captureWith = (error, extra) => client.captureException(error, 'bench', extra)
/** It builds events in promises that its flush does not wait for. */
exports.flush = async () => {
  await new Promise((resolve) => setTimeout(resolve, 50))
  await client.flush()
}
exports.afterExpressRoutes = (app) => sdk.setupExpressErrorHandler(client, app)

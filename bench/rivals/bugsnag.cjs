let client
let captured = 0
let sent = 0

exports.start = ({ port }) => {
  const module = require('@bugsnag/js')
  const sdk = module.default ?? module
  const url = `http://127.0.0.1:${port}/bugsnag`
  client = sdk.start({
    apiKey: 'a'.repeat(32),
    endpoints: { notify: url, sessions: `${url}/sessions` },
    logger: null,
    appVersion: 'bench',
    plugins: pluginsFor(),
  })
}
exports.capture = (error) => {
  captured++
  client.notify(error, undefined, () => sent++)
}
exports.captureWith = (error, extra) => {
  captured++
  client.notify(
    error,
    (event) => event.addMetadata('extra', extra),
    () => sent++,
  )
}
/** There is no flush; each event tells when it was sent. */
exports.flush = async () => {
  while (sent < captured) await new Promise((resolve) => setTimeout(resolve, 2))
}
exports.beforeExpressRoutes = (app) => app.use(client.getPlugin('express').requestHandler)
exports.afterExpressRoutes = (app) => app.use(client.getPlugin('express').errorHandler)

/** Loaded for an Express app alone, as a user would. */
function pluginsFor() {
  return process.env.BENCH_FRAMEWORK === 'express' ? [require('@bugsnag/plugin-express')] : []
}

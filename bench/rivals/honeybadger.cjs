let sdk
let captured = 0
let sent = 0

/** Its transport ignores the port of the endpoint, so that the sink has to have port 80. */
exports.needsPort80 = true
exports.start = () => {
  sdk = require('@honeybadger-io/js')
  const silent = { debug() {}, info() {}, warn() {}, error() {}, log() {} }
  sdk.configure({
    apiKey: 'hbp_bench',
    endpoint: 'http://127.0.0.1',
    environment: 'production',
    reportData: true,
    logger: silent,
  })
  sdk.afterNotify(() => sent++)
}
exports.capture = (error) => {
  captured++
  sdk.notify(error)
}
exports.captureWith = (error, extra) => {
  captured++
  sdk.notify(error, { context: extra })
}
/** There is no flush for notices; each tells when it was sent. */
exports.flush = async () => {
  while (sent < captured) await new Promise((resolve) => setTimeout(resolve, 2))
}
exports.beforeExpressRoutes = (app) => app.use(sdk.requestHandler)
exports.afterExpressRoutes = (app) => app.use(sdk.errorHandler)
exports.beforeFastifyRoutes = (app) => {
  app.addHook('preHandler', (request, reply, done) =>
    sdk.requestHandler(request.raw, reply.raw, done),
  )
}

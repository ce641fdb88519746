let sdk

/** 300 distinct errors at once pass its flood guard, and 100 more each second. */
exports.restMs = 3000
exports.start = ({ port }) => {
  sdk = require('@mayday/node')
  sdk.init({ dsn: `http://${'a'.repeat(32)}@127.0.0.1:${port}/1`, release: 'bench' })
}
exports.capture = (error) => sdk.captureException(error)
exports.captureWith = (error, extra) => sdk.captureException(error, { extra })
exports.flush = () => sdk.flush(10_000)
exports.afterExpressRoutes = (app) => sdk.setupExpressErrorHandler(app)
exports.beforeFastifyRoutes = (app) => sdk.setupFastifyErrorHandler?.(app)

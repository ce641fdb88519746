/** The app without any SDK, in the shape of the others. */
exports.start = () => undefined
exports.capture = (error) => error.stack
exports.captureWith = (_error, extra) => Object.keys(extra.value)
exports.flush = async () => undefined

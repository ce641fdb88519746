/** The app without any SDK, in the shape of the others. */
exports.start = () => undefined
exports.capture = (error) => error.stack
exports.flush = async () => undefined

import type { Integration } from '../client.ts'

/** What V8 starts with. */
const DEFAULT_LIMIT = 10
/** Frameworks and their middleware take ten frames before the app's own code is reached. */
const LIMIT = 50

/**
 * Lets errors keep 50 frames instead of 10, unless the program has chosen a number of its own. An
 * error with a deep stack then takes some microseconds longer to make.
 */
export const stackTraceLimitIntegration: Integration = {
  name: 'stack-trace-limit',
  install() {
    if (Error.stackTraceLimit !== DEFAULT_LIMIT) return () => undefined
    Error.stackTraceLimit = LIMIT
    return () => {
      if (Error.stackTraceLimit === LIMIT) Error.stackTraceLimit = DEFAULT_LIMIT
    }
  },
}

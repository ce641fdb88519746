import { types } from 'node:util'
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

/**
 * Takes the frames beyond ten out of an error that Node is about to print before it ends the process:
 * what is on stderr is then what it would be without us.
 */
export function shortenForPrint(error: unknown): void {
  if (Error.stackTraceLimit !== LIMIT || !types.isNativeError(error)) return
  try {
    const property = Object.getOwnPropertyDescriptor(error, 'stack')
    const stack: unknown = error.stack
    if (property?.configurable !== true || typeof stack !== 'string') return
    const lines = stack.split('\n')
    const last = lines.length - 1
    let first = last + 1
    // From the end, since the message may hold lines that look like frames.
    while (first > 0 && lines[first - 1]?.startsWith(FRAME)) first--
    if (last - first + 1 <= DEFAULT_LIMIT) return
    error.stack = lines.slice(0, first + DEFAULT_LIMIT).join('\n')
  } catch {
    // A getter that throws, a frozen error: Node prints it as it is.
  }
}

const FRAME = '    at '

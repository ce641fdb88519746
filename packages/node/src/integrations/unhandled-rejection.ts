import { types } from 'node:util'
import { captureThrown } from '../capture.ts'
import type { Integration } from '../client.ts'
import { currentContext } from '../current-scope.ts'

const REASON_BEGIN = 'The promise rejected with the reason "'
const REASON_END = '".'

/**
 * Reports rejections that do not end the process. A listener for them changes what Node does, so
 * one is added only where it changes nothing: beside a listener of the program's own, and in the
 * modes `warn` and `none`. In the default mode Node makes them uncaught exceptions; see there.
 */
export const unhandledRejectionIntegration: Integration = {
  name: 'OnUnhandledRejection',
  install() {
    const mode = rejectionMode(process.execArgv, process.env.NODE_OPTIONS)
    // In this mode each of them passes as an uncaught exception first.
    if (mode === 'strict') return () => undefined
    const isHarmless = mode === 'warn' || mode === 'none'
    const sync = (listeners: number) => {
      const isListening = process.listeners('unhandledRejection').includes(onRejection)
      const isWanted = isHarmless || listeners > 0
      if (isWanted && !isListening) process.prependListener('unhandledRejection', onRejection)
      if (!isWanted && isListening) process.off('unhandledRejection', onRejection)
    }
    const onNew = (name: string | symbol, listener: unknown) => {
      // Told before it is added.
      if (name === 'unhandledRejection' && !isSdks(listener)) sync(others() + 1)
    }
    const onRemove = (name: string | symbol, listener: unknown) => {
      if (name === 'unhandledRejection' && !isSdks(listener)) sync(others())
    }
    sync(others())
    process.on('newListener', onNew)
    process.on('removeListener', onRemove)
    return () => {
      process.off('newListener', onNew)
      process.off('removeListener', onRemove)
      process.off('unhandledRejection', onRejection)
    }
  },
}

const MARK = Symbol.for('mayday.onRejection')
Object.defineProperty(onRejection, MARK, { value: true })

function onRejection(reason: unknown): void {
  captureThrown(reason, {
    capture: { type: 'onunhandledrejection', handled: false },
    level: 'error',
    context: currentContext(),
  })
}

function others(): number {
  return process.listeners('unhandledRejection').filter((listener) => !isSdks(listener)).length
}

/** Also of another version of the SDK in this process: each would add its own for the other's, without end. */
function isSdks(listener: unknown): boolean {
  return typeof listener === 'function' && Object.hasOwn(listener, MARK)
}

/** As given on the command line or in `NODE_OPTIONS`; undefined is Node's default. */
export function rejectionMode(execArgv: string[], nodeOptions = ''): string | undefined {
  const text = [nodeOptions, ...execArgv].join(' ')
  return [...text.matchAll(/--unhandled[-_]rejections[= ]([a-z-]+)/g)].at(-1)?.[1]
}

/**
 * What the promise was rejected with. Node gives errors as they are, but makes an error of its own
 * of anything else, which tells the reason only in its message.
 */
export function rejectionReason(error: unknown): unknown {
  if (!types.isNativeError(error) || !('code' in error)) return error
  if (error.code !== 'ERR_UNHANDLED_REJECTION') return error
  const begin = error.message.indexOf(REASON_BEGIN)
  if (begin === -1 || !error.message.endsWith(REASON_END)) return error
  return error.message.slice(begin + REASON_BEGIN.length, -REASON_END.length)
}

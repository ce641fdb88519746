import { captureThrown } from '../capture.ts'
import type { Client, Integration } from '../client.ts'
import { currentContext } from '../current-scope.ts'
import { markForParent } from '../worker-error.ts'
import { shortenForPrint } from './stack-trace-limit.ts'
import { rejectionReason } from './unhandled-rejection.ts'

/**
 * Reports what nobody caught, by `uncaughtExceptionMonitor`: Node tells it before it decides what
 * to do, and it changes nothing in that. When nobody else listens, the process is about to end, so
 * the event is sent while it stands still; then Node prints and exits as it would without us.
 *
 * Unhandled rejections come here, too, in the modes of Node in which they end the process.
 */
export const uncaughtExceptionIntegration: Integration = {
  name: 'OnUncaughtException',
  install(client) {
    let isEnding = false
    const onUncaught = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin) => {
      const isFatal = !isHandledByProgram()
      const isRejection = origin === 'unhandledRejection'
      const eventId = captureThrown(isRejection ? rejectionReason(error) : error, {
        capture: {
          type: isRejection ? 'onunhandledrejection' : 'onuncaughtexception',
          handled: false,
        },
        level: isFatal ? 'fatal' : 'error',
        context: currentContext(),
      })
      markForParent(error, eventId)
      if (!isFatal) return
      shortenForPrint(error)
      const isHookAsked = client.flushBeforeExit()
      // A second error while a hook is waited for ends the process at once.
      if (isHookAsked && !isEnding) outliveHooks(client, error)
      isEnding = true
    }
    process.on('uncaughtExceptionMonitor', onUncaught)
    return () => process.off('uncaughtExceptionMonitor', onUncaught)
  },
}

function isHandledByProgram(): boolean {
  return (
    process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()
  )
}

/**
 * A `beforeSend` that answers by a promise needs the process to live on for it. So the exception is
 * taken for handled now and thrown again when the hook has answered, or its time is over. Only then
 * does Node's print-out show another line of source above the stack.
 */
function outliveHooks(client: Client, error: unknown): void {
  process.once('uncaughtException', () => {
    const rethrow = () =>
      setImmediate(() => {
        throw error
      })
    void client.flush(client.options.shutdownTimeoutMs).then(rethrow, rethrow)
  })
}

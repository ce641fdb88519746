import type { Integration } from '../client.ts'

/**
 * Sends what has not been sent when the process ends. When it has nothing else to do, requests on
 * their way are waited for; after `process.exit`, where nothing asynchronous runs any more, what is
 * left is sent while the process stands still. When all was sent, which is usual, this costs nothing.
 */
export const processExitIntegration: Integration = {
  name: 'process-exit',
  install(client) {
    const onBeforeExit = () => void client.finishSending()
    const onExit = () => void client.flushBeforeExit()
    // Told again each time that there is nothing to do, also after our own waiting.
    process.once('beforeExit', onBeforeExit)
    process.on('exit', onExit)
    return () => {
      process.off('beforeExit', onBeforeExit)
      process.off('exit', onExit)
    }
  },
}

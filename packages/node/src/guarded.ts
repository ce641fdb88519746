import type { Client } from './client.ts'

/** What a listener of a diagnostics channel throws, Node makes an uncaught exception of the program. */
export function guarded(
  client: Client,
  listener: (message: unknown) => void,
): (message: unknown) => void {
  return (message) => {
    try {
      listener(message)
    } catch (error) {
      client.log(`a message of Node's could not be read: ${String(error)}`)
    }
  }
}

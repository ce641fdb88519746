import type { Integration } from '../client.ts'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

/**
 * Puts on disk what has been captured and not been sent when a signal is about to end the process.
 *
 * A listener takes away what the signal does by default. So there is one only while something would be
 * lost, and none where the program listens itself, since packages that do so count the listeners to
 * find out whose it is to end the process. Ours takes itself away and raises the signal again, by
 * which the process dies as it would have without us. Where that is without effect, as for process 1
 * of a container, it goes on living as it would have, too.
 */
export const terminationSignalIntegration: Integration = {
  name: 'termination-signal',
  install(client) {
    // It has no signals; elsewhere threads but the main one are never told of any.
    if (process.platform === 'win32') return () => undefined
    let isUnsaved = false
    const onSignal = (signal: NodeJS.Signals) => {
      try {
        client.saveBeforeDeath()
        // Process 1 of a container outlives it.
        if (process.pid !== 1) client.onOrderlyDeath?.()
      } finally {
        process.off(signal, onSignal)
        process.kill(process.pid, signal)
      }
    }
    const sync = (signal: Signal, others: number) => {
      const isListening = process.listeners(signal).includes(onSignal)
      const isWanted = isUnsaved && others === 0
      if (isWanted && !isListening) process.on(signal, onSignal)
      if (!isWanted && isListening) process.off(signal, onSignal)
    }
    const others = (signal: Signal) =>
      process.listeners(signal).filter((listener) => listener !== onSignal).length
    const onNew = (name: string | symbol, listener: unknown) => {
      // Told before it is added.
      if (isSignal(name) && listener !== onSignal) sync(name, others(name) + 1)
    }
    const onRemoved = (name: string | symbol, listener: unknown) => {
      if (isSignal(name) && listener !== onSignal) sync(name, others(name))
    }
    client.onUnsaved = (isUnsavedNow) => {
      if (isUnsavedNow === isUnsaved) return
      isUnsaved = isUnsavedNow
      for (const signal of SIGNALS) sync(signal, others(signal))
    }
    process.on('newListener', onNew)
    process.on('removeListener', onRemoved)
    return () => {
      client.onUnsaved?.(false)
      client.onUnsaved = undefined
      process.off('newListener', onNew)
      process.off('removeListener', onRemoved)
    }
  },
}

function isSignal(name: string | symbol): name is Signal {
  return (SIGNALS as readonly unknown[]).includes(name)
}

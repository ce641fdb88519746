import { inspect, types } from 'node:util'
import type { Level } from '@mayday/protocol/event'
import { cut } from '../bounded.ts'
import type { Integration } from '../client.ts'
import { currentContext } from '../current-scope.ts'
import { noteLogged } from '../logged-error.ts'

const LEVELS = {
  debug: 'debug',
  log: 'info',
  info: 'info',
  warn: 'warning',
  error: 'error',
} as const satisfies Partial<Record<keyof Console, Level>>

const MAX_ARGUMENTS = 10
const MAX_CHARS = 500

/** Keeps what is written to the console as breadcrumbs. The writing itself stays as it was. */
export const consoleIntegration: Integration = {
  name: 'Console',
  install(client) {
    const undo = Object.entries(LEVELS).map(([name, level]) => {
      const method = name as keyof typeof LEVELS
      const original = console[method]
      const wrapped = (...args: unknown[]) => {
        const context = currentContext()
        if (context.exchange) noteLogged(context.exchange, args)
        client.addBreadcrumb({ category: 'console', level, message: textOf(args) }, context)
        original.apply(console, args)
      }
      Object.defineProperty(wrapped, 'name', { value: original.name })
      console[method] = wrapped
      // Whoever wrapped it after us keeps their wrapper, and ours below it.
      return () => {
        if (console[method] === wrapped) console[method] = original
      }
    })
    return () => {
      for (const restore of undo) restore()
    }
  },
}

function textOf(args: unknown[]): string {
  return cut(args.slice(0, MAX_ARGUMENTS).map(argumentText).join(' '), MAX_CHARS)
}

function argumentText(value: unknown): string {
  if (typeof value === 'string') return cut(value, MAX_CHARS)
  if (types.isProxy(value)) return '[Proxy]'
  try {
    return inspect(value, {
      depth: 1,
      breakLength: Infinity,
      maxArrayLength: 5,
      maxStringLength: 100,
      customInspect: false,
    })
  } catch {
    // An object that throws when it is looked at: the console itself will tell of that.
    return '[Unreadable]'
  }
}

import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Beside `@mayday/node`, in the order of the tables. Each has `bench/rivals/<name>.cjs`. */
export const PACKAGES: Record<string, string> = {
  mayday: '@mayday/node',
  sentry: '@sentry/node',
  bugsnag: '@bugsnag/js',
  rollbar: 'rollbar',
  honeybadger: '@honeybadger-io/js',
  posthog: 'posthog-node',
}

export const RIVALS: string = join(import.meta.dirname, '../rivals')

/** An SDK as the programs that measure use it, set up as its documents say. */
export type Adapter = {
  needsPort80?: boolean
  /** How long after a few hundred errors it takes as many again. */
  restMs?: number
  start(sink: { port: number }): void
  capture(error: unknown): unknown
  captureWith(error: unknown, extra: Record<string, unknown>): unknown
  /** Resolves when what was captured has been sent. */
  flush(): Promise<unknown>
  beforeExpressRoutes?(app: unknown): void
  afterExpressRoutes?(app: unknown): void
  beforeFastifyRoutes?(app: unknown): unknown
}

/** Loads from the folder of the rivals, which has packages of its own. */
export const requireRival: NodeJS.Require = createRequire(join(RIVALS, 'package.json'))

/** @param name a key of {@link PACKAGES}, or `bare` */
export function loadAdapter(name: string): Adapter {
  return requireRival(`./${name}.cjs`) as Adapter
}

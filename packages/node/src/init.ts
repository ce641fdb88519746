import { chooseIntegrations } from './choose-integrations.ts'
import { Client, getClient, type Integration, setClient } from './client.ts'
import { installIntegrations } from './client-handle.ts'
import { getGlobalScope } from './current-scope.ts'
import { ignoredLine } from './ignored-options.ts'
import { clusterIntegration } from './integrations/cluster.ts'
import { consoleIntegration } from './integrations/console.ts'
import { eventLoopStallIntegration } from './integrations/event-loop-stall.ts'
import { failedAnswerIntegration } from './integrations/failed-answer.ts'
import { fastifyIntegration } from './integrations/fastify.ts'
import { flightRecorderIntegration } from './integrations/flight-recorder.ts'
import { httpIntegration } from './integrations/http.ts'
import { localVariablesIntegration } from './integrations/local-variables.ts'
import { modulesIntegration } from './integrations/modules.ts'
import { outgoingHttpIntegration } from './integrations/outgoing-http.ts'
import { previousRunIntegration } from './integrations/previous-run.ts'
import { processExitIntegration } from './integrations/process-exit.ts'
import { queryBreadcrumbsIntegration } from './integrations/query-breadcrumbs.ts'
import { stackTraceLimitIntegration } from './integrations/stack-trace-limit.ts'
import { terminationSignalIntegration } from './integrations/termination-signal.ts'
import { uncaughtExceptionIntegration } from './integrations/uncaught-exception.ts'
import { unhandledRejectionIntegration } from './integrations/unhandled-rejection.ts'
import type { Options } from './options.ts'
import { resolveOptions, VARIABLES } from './resolve-options.ts'
import { setScrubRules } from './scrub-rules.ts'

const INTEGRATIONS: Integration[] = [
  stackTraceLimitIntegration,
  localVariablesIntegration,
  uncaughtExceptionIntegration,
  unhandledRejectionIntegration,
  processExitIntegration,
  terminationSignalIntegration,
  httpIntegration,
  failedAnswerIntegration,
  fastifyIntegration,
  outgoingHttpIntegration,
  consoleIntegration,
  queryBreadcrumbsIntegration,
  modulesIntegration,
  flightRecorderIntegration,
  previousRunIntegration,
  eventLoopStallIntegration,
  clusterIntegration,
]

/**
 * Starts error tracking for this process. Call it once, as early as you can; where in the order of
 * imports does not matter. A second call replaces the first.
 *
 * Never throws: without a DSN, or with a wrong one, there is one line on stderr and nothing is sent.
 * Listens for uncaught exceptions without changing what they do to the process, wraps the console's
 * methods to keep breadcrumbs, and subscribes to Node's diagnostics channels for HTTP.
 *
 * @example
 * import * as Mayday from '@mayday/node'
 * Mayday.init({ dsn: process.env.MAYDAY_DSN, release: '2.4.1' })
 */
export function init(options: Options = {}): void {
  try {
    const previous = getClient()
    if (previous) void previous.close(previous.options.shutdownTimeoutMs)
    const own = ownOf(options)
    const client = new Client(resolveOptions(own, environmentVariables(), warnOnce))
    setClient(client)
    setScrubRules(client.options.scrub)
    const ignored = ignoredLine(Object.keys(own))
    if (ignored) client.log(ignored)
    if (client.transport === undefined) return
    getGlobalScope().update(own.initialScope)
    installIntegrations(client, chooseIntegrations(INTEGRATIONS, own, warnOnce))
  } catch (error) {
    warnOnce(`It could not start, so nothing is sent: ${String(error)}`)
  }
}

/** Whether events are being sent: {@link init} was called with a usable DSN, and not closed since. */
export function isInitialized(): boolean {
  return getClient()?.transport !== undefined
}

/** As {@link isInitialized}. */
export function isEnabled(): boolean {
  return isInitialized()
}

/**
 * Waits until all that was captured so far has been sent, and keeps the process alive meanwhile.
 *
 * @param timeoutMs longest wait; the default is the option `shutdownTimeout`
 * @returns whether everything was sent in time; never rejects
 */
export async function flush(timeoutMs?: number): Promise<boolean> {
  const client = getClient()
  return client === undefined ? true : client.flush(timeoutOf(client, timeoutMs))
}

/**
 * Sends what is left as {@link flush} does and switches everything off. Error ids are still made.
 *
 * @param timeoutMs longest wait; the default is the option `shutdownTimeout`
 * @returns whether everything was sent in time; never rejects
 */
export async function close(timeoutMs?: number): Promise<boolean> {
  const client = getClient()
  if (client === undefined) return true
  setClient(undefined)
  return client.close(timeoutOf(client, timeoutMs))
}

/** Without a prototype: one that was polluted must not say where events go. */
function environmentVariables(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = Object.create(null)
  for (const name of VARIABLES) {
    if (Object.hasOwn(process.env, name)) env[name] = process.env[name]
  }
  return env
}

/** As above. */
function ownOf<T extends object>(values: T): T {
  return Object.assign(Object.create(null), values)
}

function timeoutOf(client: Client, timeoutMs: number | undefined): number {
  return timeoutMs !== undefined && timeoutMs >= 0 ? timeoutMs : client.options.shutdownTimeoutMs
}

const warned = new Set<string>()

/** An app that calls init for each test, say, need not hear the same a hundred times. */
function warnOnce(line: string): void {
  if (warned.has(line) || warned.size >= 20) return
  warned.add(line)
  process.stderr.write(`[mayday] ${line}\n`)
}

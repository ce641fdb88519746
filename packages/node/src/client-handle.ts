import { addBreadcrumb, captureEvent, captureException, captureMessage } from './api.ts'
import { isIntegration } from './choose-integrations.ts'
import { type Client, getClient as currentClient, type Integration, setClient } from './client.ts'
import { getGlobalScope, withScope } from './current-scope.ts'
import type { EventProcessor } from './event-processors.ts'
import type { ClientHandle, CustomIntegration, DsnParts } from './integration.ts'
import type { Scope } from './scope.ts'

/**
 * The running SDK: its options and DSN, and the calls that Sentry's client has. Undefined before
 * `init` and after `close`.
 */
export function getClient(): ClientHandle | undefined {
  const client = currentClient()
  return client && handleOf(client)
}

/** Adds an integration to the running SDK; without one, nothing happens. Never throws. */
export function addIntegration(integration: CustomIntegration): void {
  const client = currentClient()
  if (client?.transport && isIntegration(integration)) installIntegrations(client, [integration])
}

/** Installs them, each guarded from the others, and has them know when all are there. */
export function installIntegrations(client: Client, integrations: CustomIntegration[]): void {
  const known = installedIn(client)
  for (const integration of integrations) known.set(integration.name, integration)
  client.install(integrations.map(installable))
  for (const integration of integrations) {
    try {
      integration.afterAllSetup?.(handleOf(client))
    } catch (error) {
      client.log(`integration ${integration.name} failed: ${String(error)}`)
    }
  }
}

const installed = new WeakMap<Client, Map<string, CustomIntegration>>()
const handles = new WeakMap<Client, ClientHandle>()
const setUpOnce = new WeakSet<CustomIntegration>()

function installedIn(client: Client): Map<string, CustomIntegration> {
  const known = installed.get(client) ?? new Map()
  installed.set(client, known)
  return known
}

/** Ours know how to install themselves, and what the program adds has Sentry's shape. */
function installable(integration: CustomIntegration): Integration {
  if (isOurs(integration)) return integration
  return {
    name: integration.name,
    install(client) {
      if (!setUpOnce.has(integration)) {
        setUpOnce.add(integration)
        integration.setupOnce?.()
      }
      integration.setup?.(handleOf(client))
      return addProcessor(client, integration)
    },
  }
}

function isOurs(integration: CustomIntegration): integration is Integration {
  return 'install' in integration && typeof integration.install === 'function'
}

function addProcessor(client: Client, integration: CustomIntegration): () => void {
  if (typeof integration.processEvent !== 'function') return () => undefined
  const processor: EventProcessor = (event, hint) =>
    integration.processEvent?.(event, hint, handleOf(client)) ?? null
  client.processors.push(processor)
  return () => {
    const index = client.processors.indexOf(processor)
    if (index !== -1) client.processors.splice(index, 1)
  }
}

function handleOf(client: Client): ClientHandle {
  const handle = handles.get(client) ?? makeHandle(client)
  handles.set(client, handle)
  return handle
}

function makeHandle(client: Client): ClientHandle {
  const timeoutOf = (timeoutMs?: number) =>
    timeoutMs !== undefined && timeoutMs >= 0 ? timeoutMs : client.options.shutdownTimeoutMs
  return {
    getOptions: () => client.options,
    getDsn: () => dsnParts(client),
    captureException: (thrown, hint, scope) => inScope(scope, () => captureException(thrown, hint)),
    captureMessage: (message, level = 'info', hint, scope) =>
      inScope(scope, () =>
        captureMessage(message, (own) => own.setLevel(level).update(hint?.captureContext)),
      ),
    captureEvent: (event, hint, scope) => inScope(scope, () => captureEvent(event, hint)),
    addBreadcrumb,
    addEventProcessor: (processor) => void getGlobalScope().addEventProcessor(processor),
    addIntegration: (integration) => {
      if (client.transport && isIntegration(integration)) installIntegrations(client, [integration])
    },
    getIntegrationByName: (name) => installedIn(client).get(name),
    flush: (timeoutMs) => client.flush(timeoutOf(timeoutMs)),
    close: (timeoutMs) => {
      if (currentClient() === client) setClient(undefined)
      return client.close(timeoutOf(timeoutMs))
    },
  }
}

function inScope(scope: Scope | undefined, capture: () => string): string {
  return scope === undefined ? capture() : withScope(scope, capture)
}

function dsnParts({ options: { dsn } }: Client): DsnParts | undefined {
  return (
    dsn && {
      protocol: dsn.scheme,
      publicKey: dsn.publicKey,
      host: dsn.host,
      port: dsn.port === undefined ? '' : String(dsn.port),
      path: dsn.path.replace(/^\//, ''),
      projectId: String(dsn.projectId),
    }
  )
}

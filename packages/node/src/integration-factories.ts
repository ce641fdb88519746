import type { Frame } from '@mayday/protocol/event'
import type { Client, Integration } from './client.ts'
import type { CustomIntegration } from './integration.ts'
import { consoleIntegration as console } from './integrations/console.ts'
import { httpIntegration as http } from './integrations/http.ts'
import { modulesIntegration as modules } from './integrations/modules.ts'
import { outgoingHttpIntegration as outgoingHttp } from './integrations/outgoing-http.ts'
import { uncaughtExceptionIntegration as uncaughtException } from './integrations/uncaught-exception.ts'
import { unhandledRejectionIntegration as unhandledRejection } from './integrations/unhandled-rejection.ts'

/** Reports uncaught exceptions; on by default. Node's own way of ending is kept, so options change nothing. */
export function onUncaughtExceptionIntegration(options?: unknown): CustomIntegration {
  return withoutOptions(uncaughtException, options)
}

/** Reports unhandled rejections; on by default. Node's own mode is kept, so options change nothing. */
export function onUnhandledRejectionIntegration(options?: unknown): CustomIntegration {
  return withoutOptions(unhandledRejection, options)
}

/** Keeps what is written to the console as breadcrumbs; on by default. */
export function consoleIntegration(options?: unknown): CustomIntegration {
  return withoutOptions(console, options)
}

/** Gives each served request a scope of its own; on by default. */
export function httpIntegration(options?: unknown): CustomIntegration {
  return withoutOptions(http, options)
}

/** Keeps outgoing requests, by `node:http` and fetch, as breadcrumbs; on by default. */
export function nativeNodeFetchIntegration(options?: unknown): CustomIntegration {
  return withoutOptions(outgoingHttp, options)
}

/** Tells the versions of direct dependencies; on by default. */
export function modulesIntegration(): CustomIntegration {
  return modules
}

/** Source lines around frames are always told; this is here for apps that name it. */
export function contextLinesIntegration(options?: unknown): CustomIntegration {
  return builtIn('ContextLines', options)
}

/** Causes of errors are always told; this is here for apps that name it. */
export function linkedErrorsIntegration(options?: unknown): CustomIntegration {
  return builtIn('LinkedErrors', options)
}

/** The same error object is always one event; this is here for apps that name it. */
export function dedupeIntegration(): CustomIntegration {
  return builtIn('Dedupe', undefined)
}

/** The request is always told, without cookies, addresses and secrets; this is here for apps that name it. */
export function requestDataIntegration(options?: unknown): CustomIntegration {
  return builtIn('RequestData', options)
}

/** Own properties of errors are always told; this is here for apps that name it. */
export function extraErrorDataIntegration(options?: unknown): CustomIntegration {
  return builtIn('ExtraErrorData', options)
}

/** Use the option `includeLocalVariables`; this is here for apps that name it. */
export function localVariablesIntegration(options?: unknown): CustomIntegration {
  return builtIn('LocalVariables', options)
}

/** What the process and the machine are is always told; this is here for apps that name it. */
export function nodeContextIntegration(options?: unknown): CustomIntegration {
  return builtIn('Context', options)
}

export type RewriteFramesOptions = {
  /** Beginning of paths that is cut off. */
  root?: string
  /** Put in front of what is left. @default 'app:///' */
  prefix?: string
  /** Changes each frame instead; if it throws, the event is dropped. */
  iteratee?: (frame: Frame) => Frame
}

/** Changes the file names of frames. Off by default: they are told from the working folder on. */
export function rewriteFramesIntegration(options: RewriteFramesOptions = {}): CustomIntegration {
  const iteratee = options.iteratee ?? ((frame: Frame) => rewritten(frame, options))
  return {
    name: 'RewriteFrames',
    processEvent(event) {
      for (const { stacktrace } of event.exception?.values ?? []) {
        if (stacktrace) stacktrace.frames = stacktrace.frames.map(iteratee)
      }
      return event
    },
  }
}

function rewritten(frame: Frame, { root, prefix = 'app:///' }: RewriteFramesOptions): Frame {
  const path = frame.abs_path ?? frame.filename
  if (path === undefined || !/^(\/|[A-Za-z]:[\\/])/.test(path)) return frame
  const slashed = path.replace(/^[A-Za-z]:/, '').replaceAll('\\', '/')
  const isInRoot = root !== undefined && slashed.startsWith(root)
  const relative = isInRoot
    ? slashed.slice(root.length)
    : slashed.slice(slashed.lastIndexOf('/') + 1)
  return { ...frame, filename: `${prefix}${relative.replace(/^\//, '')}` }
}

function withoutOptions(integration: Integration, options: unknown): CustomIntegration {
  if (options === undefined) return integration
  const told: Integration = {
    name: integration.name,
    install(client) {
      tellIgnored(client, integration.name)
      return integration.install(client)
    },
  }
  return told
}

function builtIn(name: string, options: unknown): CustomIntegration {
  const told: Integration = {
    name,
    install(client) {
      if (options !== undefined) tellIgnored(client, name)
      return () => undefined
    },
  }
  return told
}

function tellIgnored(client: Client, name: string): void {
  client.log(`options of the integration ${name} change nothing`)
}

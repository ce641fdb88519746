import type { Frame } from '@mayday/protocol/event'
import { textOf } from './lenient.ts'
import { isScript, platformOf } from './platform.ts'

/**
 * Whose code a frame is. `runtime` is the language and the SDK itself: it changes with their
 * versions while the problem stays the same, so it never tells one problem from another.
 */
export type FrameOwner = 'app' | 'dependency' | 'runtime'

const MAX_CHARS = 1024

/** SDKs of these mark every frame as in-app unless told otherwise, so `true` tells nothing. */
const MARKS_EVERYTHING = new Set(['javascript', 'php'])

const RUNTIME_MODULES: ReadonlyMap<string, RegExp> = new Map([
  [
    'java',
    /^(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|android|dalvik|io\.sentry)\./,
  ],
  ['csharp', /^(?:System|Microsoft|Mono|Sentry)\./],
  [
    'go',
    /^(?:runtime|reflect|testing|syscall|internal|net|os|sync|context|encoding|database\/sql)(?:\/|$)/,
  ],
  [
    'python',
    /^(?:sentry_sdk|importlib|threading|concurrent|asyncio|contextlib|_bootstrap)(?:\.|$)/,
  ],
  ['ruby', /^(?:Sentry|Raven)(?:::|$)/],
])

const DEPENDENCY_MODULES: ReadonlyMap<string, RegExp> = new Map([
  [
    'java',
    /^(?:org\.(?:springframework|apache|hibernate|eclipse|junit|jboss|slf4j|codehaus)|com\.(?:zaxxer|fasterxml|google|mysql|mongodb)|io\.(?:netty|micronaut|quarkus|grpc|undertow|reactivex)|reactor|okhttp3|retrofit2|androidx|net\.bytebuddy|org\.postgresql)\./,
  ],
  ['csharp', /^(?:Npgsql|Newtonsoft|Dapper|Serilog|AutoMapper|MediatR)(?:\.|$)/],
])

const RUNTIME_PATH =
  /^(?:node:|internal\/|ext:|bun:|deno:|\[native code\]|native$|<frozen |<internal:|\[internal|unknown module|\/rustc\/)/

const DEPENDENCY_PATH =
  /(?:^|\/)(?:node_modules|bower_components|site-packages|dist-packages|gems|vendor|\.cargo|\.pub-cache|pkg\/mod)\//

/** Our own SDK and Sentry's, wherever packages are kept. */
const SDK_PATH =
  /\/(?:@sentry(?:-internal)?|@mayday|sentry-node-\d+|sentry_sdk|raven|sentry-(?:ruby|rails|raven)-[\d.]+|sentry\/sentry|getsentry\/sentry-go@[\w.]+)\//

/** The standard library stands beside, not below, the folder of packages; webpack adds its own. */
const STANDARD_LIBRARY =
  /\/(?:lib(?:64)?\/python\d|lib\/ruby\/\d|go\/src\/(?:runtime|net|reflect|internal|database)\/)|(?:^|\/)webpack\/(?:bootstrap|runtime|startup)/

/** Whether a frame is of the user's own code: the SDK's word first, rules where that is silent. */
export function isInApp(frame: Frame, eventPlatform: string): boolean {
  const said = frame.in_app
  if (said === false) return false
  return (
    (said === true && !marksEverything(frame, eventPlatform)) ||
    ownerOf(frame, eventPlatform) === 'app'
  )
}

/** Says whose code a frame is. */
export function ownerOf(frame: Frame, eventPlatform: string): FrameOwner {
  if (frame.in_app === true && !marksEverything(frame, eventPlatform)) return 'app'
  const ruled = ownerByRules(frame, platformOf(frame, eventPlatform))
  return frame.in_app === false && ruled === 'app' ? 'dependency' : ruled
}

function marksEverything(frame: Frame, eventPlatform: string): boolean {
  return MARKS_EVERYTHING.has(platformOf(frame, eventPlatform))
}

function ownerByRules(frame: Frame, platform: string): FrameOwner {
  const path = pathOf(frame)
  const module = textOf(frame.module, MAX_CHARS)
  const family = platform === 'dotnet' ? 'csharp' : platform
  if (module !== '' && RUNTIME_MODULES.get(family)?.test(module)) return 'runtime'
  if (RUNTIME_PATH.test(path)) return 'runtime'
  if (DEPENDENCY_PATH.test(path)) return SDK_PATH.test(path) ? 'runtime' : 'dependency'
  if (STANDARD_LIBRARY.test(path)) return 'runtime'
  // JavaScript's built-in functions (`JSON.parse`, `Array.map`) stand in no file.
  if (path === '<anonymous>' && isScript(platform)) return 'runtime'
  if (module !== '' && DEPENDENCY_MODULES.get(family)?.test(module)) return 'dependency'
  return 'app'
}

/** The absolute path where there is one: a relative `filename` may have lost its `node_modules`. */
function pathOf(frame: Frame): string {
  const path = textOf(frame.abs_path, MAX_CHARS) || textOf(frame.filename, MAX_CHARS)
  return path.includes('\\') ? path.replaceAll('\\', '/') : path
}

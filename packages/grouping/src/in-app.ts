import type { Frame } from '@mayday/protocol/event'
import { textOf } from './lenient.ts'
import { isScript } from './platform.ts'

/**
 * Whose code a frame is. `runtime` is the language and the SDK itself: it changes with their
 * versions while the problem stays the same, so it never tells one problem from another.
 */
export type FrameOwner = 'app' | 'dependency' | 'runtime'

const MAX_CHARS = 1024

/** SDKs of these mark every frame as in-app unless told otherwise, so `true` tells nothing. */
const MARKS_EVERYTHING = new Set(['javascript', 'php'])

const RUNTIME_MODULES: Readonly<Record<string, RegExp>> = {
  java: /^(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|android|dalvik|io\.sentry)\./,
  csharp: /^(?:System|Microsoft|Mono|Sentry)\./,
  go: /^(?:runtime|reflect|testing|syscall|internal|net|os|sync|context|encoding|database\/sql)(?:\/|$)/,
  python: /^(?:sentry_sdk|importlib|threading|concurrent|asyncio|contextlib|_bootstrap)(?:\.|$)/,
  ruby: /^(?:Sentry|Raven)(?:::|$)/,
}

const DEPENDENCY_MODULES: Readonly<Record<string, RegExp>> = {
  java: /^(?:org\.(?:springframework|apache|hibernate|eclipse|junit|jboss|slf4j|codehaus)|com\.(?:zaxxer|fasterxml|google|mysql|mongodb)|io\.(?:netty|micronaut|quarkus|grpc|undertow|reactivex)|reactor|okhttp3|retrofit2|androidx|net\.bytebuddy|org\.postgresql)\./,
  csharp: /^(?:Npgsql|Newtonsoft|Dapper|Serilog|AutoMapper|MediatR)(?:\.|$)/,
}

const RUNTIME_PATH =
  /^(?:node:|internal\/|ext:|bun:|deno:|\[native code\]|native$|<frozen |<internal:|\[internal|unknown module)|node_modules\/(?:@sentry(?:-internal)?|@mayday|sentry-node-\d+)\/|-packages\/(?:sentry_sdk|raven)\/|\/gems\/sentry-|\/sentry\/sentry\/src\//

const DEPENDENCY_PATH =
  /(?:^|\/)(?:node_modules|bower_components|site-packages|dist-packages|gems|vendor|\.cargo|\.pub-cache|\.yarn|\.pnpm)\/|\/pkg\/mod\/|^\/rustc\//

/** The standard library beside, not below, `site-packages`; Ruby's and Go's likewise. */
const STANDARD_LIBRARY =
  /\/lib(?:64)?\/python\d(?:\.\d+)?\/|\/lib\/ruby\/\d|\/go\/src\/(?:runtime|net|reflect|internal|database)\//

/** Says whose code a frame is, by the SDK's word first and built-in rules where that is silent. */
export function ownerOf(frame: Frame, eventPlatform: string): FrameOwner {
  const platform = typeof frame.platform === 'string' ? frame.platform : eventPlatform
  const said = typeof frame.in_app === 'boolean' ? frame.in_app : undefined
  if (said === true && !MARKS_EVERYTHING.has(platform)) return 'app'
  const ruled = ownerByRules(frame, platform)
  return said === false && ruled === 'app' ? 'dependency' : ruled
}

function ownerByRules(frame: Frame, platform: string): FrameOwner {
  const path = pathOf(frame)
  const module = textOf(frame.module, MAX_CHARS)
  const family = platform === 'dotnet' ? 'csharp' : platform
  if (module !== '' && RUNTIME_MODULES[family]?.test(module)) return 'runtime'
  if (path !== '' && RUNTIME_PATH.test(path)) return 'runtime'
  if (path !== '' && DEPENDENCY_PATH.test(path)) return 'dependency'
  if (path !== '' && STANDARD_LIBRARY.test(path)) return 'runtime'
  // JavaScript's built-in functions (`JSON.parse`, `Array.map`) stand in no file.
  if (path === '<anonymous>' && isScript(platform)) return 'runtime'
  if (module !== '' && DEPENDENCY_MODULES[family]?.test(module)) return 'dependency'
  return 'app'
}

/** The absolute path where there is one: a relative `filename` may have lost its `node_modules`. */
function pathOf(frame: Frame): string {
  const path = textOf(frame.abs_path, MAX_CHARS) || textOf(frame.filename, MAX_CHARS)
  return path.includes('\\') ? path.replaceAll('\\', '/') : path
}

import type { Exception, Frame } from '@mayday/protocol/event'
import { type Bounds, type Json, toJson } from './bounded.ts'
import { describeFile } from './code-file.ts'
import { scrubJson } from './scrub.ts'

/** Of one frame, newest call first, as the debugger names it. */
type Variables = { functionName: string; path: string | undefined; vars: Record<string, Json> }

const MAX_NAMES = 20
const BOUNDS: Bounds = {
  maxDepth: 3,
  maxBreadth: MAX_NAMES,
  maxValues: 100,
  maxStringChars: 500,
}

/** By error, so that they live no longer than it does. */
const ofErrors = new WeakMap<object, Variables[]>()

/**
 * Copies the variables of one frame, within bounds and without secrets, while the thread stands at
 * the place that throws. Runs no code of the program.
 *
 * @param scopes objects that hold the variables, innermost first
 */
export function keepVariables(
  error: unknown,
  scopes: object[],
  functionName: string,
  url: string,
): void {
  if (typeof error !== 'object' || error === null) return
  const vars: Record<string, Json> = {}
  for (const scope of scopes) {
    const copy = scrubJson(toJson(scope, BOUNDS))
    if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) continue
    for (const [name, value] of Object.entries(copy)) {
      if (Object.keys(vars).length < MAX_NAMES && !(name in vars)) vars[name] = value
    }
  }
  const known = ofErrors.get(error) ?? []
  known.push({ functionName, path: describeFile(url).abs_path, vars })
  ofErrors.set(error, known)
}

/** Puts what was kept into the frames of the exception that was made of the error. */
export function addVariables(exception: Exception | undefined, error: unknown): void {
  const known = typeof error === 'object' && error !== null ? ofErrors.get(error) : undefined
  const frames = exception?.stacktrace?.frames
  if (known === undefined || frames === undefined) return
  let index = frames.length - 1
  for (const { functionName, path, vars } of known) {
    const isSame = (frame: Frame) =>
      frame.abs_path === path && isSameFunction(frame.function, functionName)
    let at = index
    while (at >= 0 && !isSame(frames[at] as Frame)) at--
    const frame = frames[at]
    if (frame === undefined) continue
    if (Object.keys(vars).length > 0) frame.vars = vars
    index = at - 1
  }
}

/** A stack says `Shop.sell` where the debugger says `sell`. */
function isSameFunction(inStack: string | undefined, inDebugger: string): boolean {
  const bare = inStack?.slice(inStack.lastIndexOf('.') + 1) ?? ''
  return bare === inDebugger || (inDebugger === '' && bare === '<anonymous>')
}

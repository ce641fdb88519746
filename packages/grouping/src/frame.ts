import type { Frame } from '@mayday/protocol/event'
import { displayFunction, functionKey } from './function-name.ts'
import { textOf } from './lenient.ts'
import { type CleanPath, cleanPath } from './path.ts'
import { isScript, platformOf } from './platform.ts'

/** Longer lines are of built code, or carry data: their text is not what the author wrote. */
const MAX_CONTEXT_LINE_CHARS = 120
const MAX_NAME_CHARS = 1024

/** What of a frame counts; '' where it does not. Two frames with the same three are the same frame. */
export type FrameKey = {
  place: 'module' | 'file'
  at: string
  function: string
  contextLine: string
}

/** The parts of a frame that stay the same while lines shift, folders move and builds differ. */
export function frameKey(frame: Frame, eventPlatform: string): FrameKey {
  const platform = platformOf(frame, eventPlatform)
  const contextLine = contextLineOf(frame)
  let name = functionKey(textOf(frame.function, MAX_NAME_CHARS), platform)
  // A minifier chose this name and will choose another in the next build.
  if (isScript(platform) && name.length <= 2 && contextLine === '') name = ''
  // Node's `module` depends on the script the process was started with, and differs between SDK
  // versions; the file does not. Elsewhere the module is the code's own name.
  const module = moduleKey(textOf(frame.module, MAX_NAME_CHARS), platform)
  const file = module !== '' && !isScript(platform) ? '' : filePath(frame, platform).key
  const place = file === '' && module !== '' ? 'module' : 'file'
  return { place, at: place === 'module' ? module : file, function: name, contextLine }
}

/** Comprehensions were frames until Python 3.12 made them part of the function around them. */
export function isPartOfItsCaller(frame: Frame): boolean {
  const name = frame.function
  return name === '<listcomp>' || name === '<dictcomp>' || name === '<setcomp>'
}

/** `orders/service.ts in OrderService.load`, or null when the frame has neither file nor function. */
export function describeFrame(frame: Frame, eventPlatform: string): string | null {
  const platform = platformOf(frame, eventPlatform)
  const path = filePath(frame, platform).short
  const module = textOf(frame.module, MAX_NAME_CHARS)
  const place = namesFiles(platform) ? path || module : module || path
  const name = displayFunction(textOf(frame.function, MAX_NAME_CHARS), platform)
  return place && name ? `${place} in ${name}` : place || name || null
}

function moduleKey(module: string, platform: string): string {
  if (platform === 'python' && module === '__main__') return ''
  if (platform !== 'java' && platform !== 'android') return module
  // Classes made at run time are numbered or end in an address.
  return module
    .replace(/\$\$(?:Lambda|FastClass|Enhancer|Proxy|SpringCGLIB)[\s\S]*$/, '')
    .replace(/(?:GeneratedMethodAccessor|GeneratedConstructorAccessor|\$Proxy)\d+$/, '')
    .replace(/\$\d+/g, '$')
}

function filePath(frame: Frame, platform: string): CleanPath {
  const filename = textOf(frame.filename, MAX_NAME_CHARS) || textOf(frame.abs_path, MAX_NAME_CHARS)
  return isNoFile(filename) ? { short: '', key: '' } : cleanPath(filename, isScript(platform))
}

function isNoFile(filename: string): boolean {
  return filename === '' || filename === '<anonymous>' || filename === '[native code]'
}

function contextLineOf(frame: Frame): string {
  const line = frame.context_line
  if (typeof line !== 'string' || line.length > 4 * MAX_CONTEXT_LINE_CHARS) return ''
  // The JavaScript SDKs cut long lines and leave this mark.
  if (line.includes('{snip}')) return ''
  const trimmed = line.trim()
  const plain = /\s\s|[\t\n]/.test(trimmed) ? trimmed.replace(/\s+/g, ' ') : trimmed
  return plain.length > MAX_CONTEXT_LINE_CHARS ? '' : plain
}

function namesFiles(platform: string): boolean {
  return isScript(platform) || platform === 'python' || platform === 'ruby' || platform === 'php'
}

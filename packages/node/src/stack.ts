import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Frame } from '@mayday/protocol/event'
import * as errorStackParser from 'error-stack-parser'

const MAX_FRAMES = 250
/** Lines looked at in search of frames; those that are none count too. */
const MAX_LINES = 1000
const MAX_LINE_CHARS = 1000
/** V8 begins with the error's name, which may hold a code: `TypeError [ERR_INVALID_ARG_TYPE]: `. */
const MAX_HEADER_CHARS = 300
const MAX_FUNCTION_CHARS = 200

const AT_LINE = /^\s+at /
const POSITION_AT_END = /:\d{1,9}:\d{1,9}\)?$/

/** Only what error-stack-parser gives for V8's frames; see {@link parseFrame}. */
type ParsedFrame = {
  functionName?: string
  fileName?: string
  lineNumber?: number
  columnNumber?: number
}
type Parser = { parseV8OrIE(error: { stack: string }): ParsedFrame[] }

const parser = findParser(errorStackParser)

/**
 * Frames of V8's stack text, oldest call first, at most 250 (the newest stay). `message` is the
 * error's message, which the text repeats and which may imitate frames, or be made to be slow to
 * parse; so it is cut off before anything is looked for. Never throws; no frames give an empty list.
 */
export function parseStack(stack: unknown, message: string): Frame[] {
  if (typeof stack !== 'string') return []
  const frames: Frame[] = []
  const broken = brokenModule(stack)
  if (broken) frames.push(broken)
  let position = endOfMessage(stack, message)
  for (let count = 0; count < MAX_LINES && frames.length < MAX_FRAMES; count++) {
    if (position >= stack.length) break
    const lineEnd = stack.indexOf('\n', position)
    const end = lineEnd === -1 ? stack.length : lineEnd
    if (end - position <= MAX_LINE_CHARS) {
      const line = stack.slice(position, end)
      if (AT_LINE.test(line)) frames.push(parseFrame(line))
    }
    position = end + 1
  }
  return frames.reverse()
}

/**
 * Before a SyntaxError of a module that could not be loaded, Node writes the place and the line. The
 * module itself has no frame, since it never ran.
 */
function brokenModule(stack: string): Frame | undefined {
  const lineEnd = stack.indexOf('\n')
  const isPlaceFirst = lineEnd <= MAX_LINE_CHARS && /\n\nSyntaxError: /.test(stack.slice(0, 2000))
  const match = isPlaceFirst ? /^(.+):(\d{1,9})$/.exec(stack.slice(0, lineEnd)) : null
  return match ? { ...located(match[1] ?? ''), lineno: Number(match[2]) } : undefined
}

/** Where the first line after the message begins. */
function endOfMessage(stack: string, message: string): number {
  if (message === '') return 0
  const start = stack.slice(0, MAX_HEADER_CHARS + message.length).indexOf(message)
  if (start === -1 || start > MAX_HEADER_CHARS) return 0
  const lineEnd = stack.indexOf('\n', start + message.length)
  return lineEnd === -1 ? stack.length : lineEnd + 1
}

/**
 * One `    at …` line. error-stack-parser sees only lines that end in `:line:column`, since its
 * expressions take quadratic time on others, and since it drops frames without a position.
 */
function parseFrame(line: string): Frame {
  const text = line.trim().slice('at '.length)
  const location = locationOf(text)
  if (!POSITION_AT_END.test(text.slice(-24)) || location === undefined) return placeless(text)
  const parsed = parser?.parseV8OrIE({ stack: line })[0]
  if (parsed === undefined) return placeless(text)
  // The parser strips parentheses and `async ` wherever they stand, so of such paths too.
  const isPathDamaged = /[()]/.test(location) && !location.includes('eval at ')
  const path = isPathDamaged ? location.replace(POSITION_AT_END, '') : parsed.fileName
  return {
    ...named(parsed.functionName),
    ...located(path?.replace(/^async /, '') ?? '<anonymous>'),
    ...(parsed.lineNumber ? { lineno: parsed.lineNumber } : {}),
    ...(parsed.columnNumber ? { colno: parsed.columnNumber } : {}),
  }
}

/** What stands in the outermost parentheses, or all when there are none; undefined when broken. */
function locationOf(text: string): string | undefined {
  const open = text.indexOf(' (')
  if (text.endsWith(')')) return open === -1 ? undefined : text.slice(open + 2, -1)
  return open === -1 ? text : undefined
}

/** Frames such as `Array.map (<anonymous>)` and `async Promise.all (index 0)`. */
function placeless(text: string): Frame {
  const open = text.lastIndexOf(' (')
  const bare = text.match(POSITION_AT_END)
  if (open === -1 || bare) {
    const match = /^(.*?):(\d{1,9}):(\d{1,9})\)?$/.exec(text)
    if (!match) return { ...named(text), in_app: false }
    return { ...located(match[1] ?? ''), lineno: Number(match[2]), colno: Number(match[3]) }
  }
  return { ...named(text.slice(0, open)), filename: text.slice(open + 2, -1), in_app: false }
}

/** `async`, `new` and `[as alias]` tell how it was called; the function is the same. */
function named(name: string | undefined): Frame {
  const bare = name
    ?.replace(/^async /, '')
    .replace(/^new /, '')
    .replace(/ \[as [^\]]{0,200}\]$/, '')
  if (!bare || bare === '<anonymous>') return {}
  return { function: bare.slice(0, MAX_FUNCTION_CHARS) }
}

function located(file: string): Frame {
  const path = toPath(file)
  return {
    filename: relativeToApp(path),
    ...(isAbsolute(path) ? { abs_path: path } : {}),
    in_app: isInApp(path),
  }
}

function toPath(file: string): string {
  if (!file.startsWith('file://')) return file
  try {
    return fileURLToPath(file)
  } catch {
    // Not a path of this platform, such as a Windows URL on Linux: the URL itself still tells it.
    return file
  }
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)
}

const appRoot = findAppRoot()

function findAppRoot(): string {
  try {
    return `${process.cwd()}${sep}`
  } catch {
    // The working folder was deleted: paths stay absolute.
    return '\0'
  }
}

/** The same code run from another folder should read, and group, the same. */
function relativeToApp(path: string): string {
  return path.startsWith(appRoot) ? path.slice(appRoot.length).replaceAll('\\', '/') : path
}

function isInApp(path: string): boolean {
  return isAbsolute(path) && !/[\\/]node_modules[\\/]/.test(path) && path !== ownFile
}

/** This file, or the bundle that it became part of, whose frames nobody wants to read. */
const ownFile = findOwnFile()

function findOwnFile(): string | undefined {
  const line = new Error('own').stack?.split('\n')[1]?.trim().slice('at '.length) ?? ''
  const location = locationOf(line)
  return location === undefined ? undefined : toPath(location.replace(POSITION_AT_END, ''))
}

/**
 * The package sets `exports.default` without `__esModule`, so loaders put the parser at different
 * depths. The module namespace is typed by its declarations, which are wrong for every one of them.
 * Where some bundler hides it, positions are read without it: an app must not fail for that.
 */
function findParser(module: unknown): Parser | undefined {
  for (let depth = 0, candidate = module; depth < 3; depth++) {
    if (typeof candidate !== 'object' || candidate === null) break
    if ('parseV8OrIE' in candidate) return candidate as Parser
    candidate = (candidate as { default?: unknown }).default
  }
  return undefined
}

import type { Frame } from '@mayday/protocol/event'
import * as errorStackParser from 'error-stack-parser'
import { describeFile } from './code-file.ts'

const MAX_FUNCTION_CHARS = 200
const MAX_POSITION_DIGITS = 9

const POSITION_AT_END = /:\d{1,9}:\d{1,9}\)?$/
const WASM = /^wasm:\/\/[^:]{0,300}(?=:wasm-function\[)/

/** Only what error-stack-parser gives for V8's frames; see {@link parseOddFrame}. */
type ParsedFrame = {
  functionName?: string
  fileName?: string
  lineNumber?: number
  columnNumber?: number
}
type Parser = { parseV8OrIE(error: { stack: string }): ParsedFrame[] }

const parser = findParser(errorStackParser)

/**
 * One line of a stack without its `    at `. The forms that nearly all lines have, `name (file:1:2)`
 * and `file:1:2`, are read from their end, in a sixth of the time that error-stack-parser takes.
 */
export function parseFrame(text: string): Frame {
  const open = text.endsWith(')') ? text.indexOf(' (') : -1
  const location = open === -1 ? withoutAsync(text) : text.slice(open + 2, -1)
  const columnAt = numberBefore(location, location.length)
  const lineAt = columnAt === -1 ? -1 : numberBefore(location, columnAt)
  if (lineAt <= 0 || isOdd(location)) return parseOddFrame(text)
  const frame: Frame = open === -1 ? {} : named(text.slice(0, open))
  Object.assign(frame, describeFile(location.slice(0, lineAt)))
  frame.lineno = Number(location.slice(lineAt + 1, columnAt))
  frame.colno = Number(location.slice(columnAt + 1))
  return frame
}

/** Where the colon before the number that ends at `end` stands; -1 when there is no such number. */
function numberBefore(text: string, end: number): number {
  const first = Math.max(0, end - MAX_POSITION_DIGITS - 1)
  for (let index = end - 1; index >= first; index--) {
    const code = text.charCodeAt(index)
    if (code === 58) return index === end - 1 ? -1 : index
    if (code < 48 || code > 57) return -1
  }
  return -1
}

function isOdd(location: string): boolean {
  return location.startsWith('eval at ') || location.startsWith('async ')
}

function withoutAsync(text: string): string {
  return text.startsWith('async ') ? text.slice('async '.length) : text
}

/** `async`, `new` and `[as alias]` tell how it was called; the function is the same. */
function functionName(text: string): string {
  let name = withoutAsync(text)
  if (name.startsWith('new ')) name = name.slice('new '.length)
  if (name.endsWith(']')) {
    const alias = name.lastIndexOf(' [as ')
    if (alias !== -1) name = name.slice(0, alias)
  }
  if (name === '<anonymous>') return ''
  return name.length > MAX_FUNCTION_CHARS ? name.slice(0, MAX_FUNCTION_CHARS) : name
}

function named(text: string | undefined): Frame {
  const name = functionName(text ?? '')
  return name === '' ? {} : { function: name }
}

/**
 * Code in `eval`, in WebAssembly, of the engine itself, and whatever else may come. error-stack-parser
 * sees only lines that end in `:line:column`, since its expressions take quadratic time on others,
 * and since it drops frames without a position.
 */
function parseOddFrame(text: string): Frame {
  const open = text.indexOf(' (')
  if (text.includes('wasm://')) return wasmFrame(text, open)
  const isWhole = open === -1 || text.endsWith(')')
  if (!isWhole || !POSITION_AT_END.test(text.slice(-24))) return placeless(text)
  const parsed = parser?.parseV8OrIE({ stack: `    at ${text}` })[0]
  if (parsed === undefined) return placeless(text)
  return {
    ...named(parsed.functionName),
    ...describeFile(withoutAsync(parsed.fileName ?? '<anonymous>')),
    ...(parsed.lineNumber ? { lineno: parsed.lineNumber } : {}),
    ...(parsed.columnNumber ? { colno: parsed.columnNumber } : {}),
  }
}

/** `sum (wasm://wasm/add-5f3c:wasm-function[4]:0x2a)`; of an offset people make nothing. */
function wasmFrame(text: string, open: number): Frame {
  const location = open === -1 ? withoutAsync(text) : text.slice(open + 2).replace(/\)$/, '')
  const file = WASM.exec(location)?.[0]
  if (file === undefined) return placeless(text)
  const number = location.slice(file.length + 1).split(':', 1)[0]
  return { ...named(open === -1 ? number : text.slice(0, open)), filename: file, in_app: false }
}

/** Frames such as `Array.map (<anonymous>)` and `async Promise.all (index 0)`. */
function placeless(text: string): Frame {
  const open = text.lastIndexOf(' (')
  const bare = text.match(POSITION_AT_END)
  if (open === -1 || bare) {
    const match = /^(.*?):(\d{1,9}):(\d{1,9})\)?$/.exec(text)
    if (!match) return { ...named(text), in_app: false }
    return { ...describeFile(match[1] ?? ''), lineno: Number(match[2]), colno: Number(match[3]) }
  }
  return { ...named(text.slice(0, open)), filename: text.slice(open + 2, -1), in_app: false }
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

import type { Frame, StackTrace } from '@mayday/protocol/event'
import { MAX_FRAMES, MAX_FRAMES_WITH_CONTEXT, MAX_VARS_BYTES } from '@mayday/protocol/limits'
import { bag, trimmed } from './bag.ts'
import { boolean, integer, isRaw, type Raw, text } from './fields.ts'
import { cut, type Notes } from './notes.ts'

const MAX_NAME_CHARS = 256
/** Package managers nest deeply, so more than Sentry's 256. */
const MAX_PATH_CHARS = 512
const MAX_LINE_CHARS = 512
const MAX_LINES = 50
const MAX_PLATFORM_CHARS = 64

const URL_PATH = /^[a-z][\w+.-]*:\/\/[^/?#]*(\/[^?#]*)/i

/** A stack trace field: oldest call first. Absent when there is no frame in it. */
export function stackTrace(raw: Raw, name: string, notes: Notes): StackTrace | undefined {
  const value = raw[name]
  if (value === undefined || value === null) return undefined
  const frames = Array.isArray(value) ? value : isRaw(value) ? (value.frames ?? []) : undefined
  if (!Array.isArray(frames)) {
    notes.add('invalid_data', name, value)
    return undefined
  }
  notes.enter(name)
  notes.enter('frames')
  const kept = framesOf(frames, notes)
  notes.leave()
  notes.leave()
  return kept.length > 0 ? { frames: kept } : undefined
}

function framesOf(all: unknown[], notes: Notes): Frame[] {
  if (all.length > MAX_FRAMES) notes.add('value_too_long')
  const skipped = Math.max(0, all.length - MAX_FRAMES)
  const isLong = all.length - skipped > MAX_FRAMES_WITH_CONTEXT
  const frames: Frame[] = []
  for (let i = skipped; i < all.length; i++) {
    const raw = all[i]
    if (!isRaw(raw)) {
      if (raw !== null) notes.add('invalid_data', i, raw)
      continue
    }
    const fromNearerEnd = Math.min(i - skipped, all.length - 1 - i)
    const hasContext = !isLong || fromNearerEnd < MAX_FRAMES_WITH_CONTEXT / 2
    notes.enter(i)
    frames.push(frameOf(raw, hasContext, notes))
    notes.leave()
  }
  return frames
}

function frameOf(raw: Raw, hasContext: boolean, notes: Notes): Frame {
  const frame: Frame = {}
  const name = text(raw, 'function', MAX_NAME_CHARS, notes)
  // `?` is how JavaScript SDKs say that they do not know.
  if (name && name !== '?') frame.function = name
  const module = text(raw, 'module', MAX_NAME_CHARS, notes)
  if (module) frame.module = module
  const package_ = text(raw, 'package', MAX_PATH_CHARS, notes)
  if (package_) frame.package = package_
  addPaths(frame, raw, notes)
  const lineno = positive(raw, 'lineno', notes)
  if (lineno) frame.lineno = lineno
  const colno = positive(raw, 'colno', notes)
  if (colno) frame.colno = colno
  const inApp = boolean(raw, 'in_app', notes)
  if (inApp !== undefined) frame.in_app = inApp
  const platform = text(raw, 'platform', MAX_PLATFORM_CHARS, notes)
  if (platform) frame.platform = platform
  const data = bag(raw, 'data', MAX_VARS_BYTES, notes)
  if (data) frame.data = data
  if (hasContext) addContext(frame, raw, notes)
  return frame
}

/** 0 stands for an unknown line. */
function positive(raw: Raw, name: string, notes: Notes): number | undefined {
  return integer(raw, name, 0, notes) || undefined
}

/** Where only one of the two is sent the other one is derived; a URL's path is the file name. */
function addPaths(frame: Frame, raw: Raw, notes: Notes): void {
  let filename = text(raw, 'filename', MAX_PATH_CHARS, notes)
  let absPath = text(raw, 'abs_path', MAX_PATH_CHARS, notes)
  if (!absPath) {
    absPath = filename
    if (filename?.includes('://')) filename = undefined
  }
  if (!absPath) return
  frame.abs_path = absPath
  frame.filename = filename || URL_PATH.exec(absPath)?.[1] || absPath
}

function addContext(frame: Frame, raw: Raw, notes: Notes): void {
  const line = text(raw, 'context_line', MAX_LINE_CHARS, notes)
  if (line !== undefined) frame.context_line = withoutLineEnd(line)
  const before = lines(raw, 'pre_context', notes)
  if (before) frame.pre_context = before.slice(-MAX_LINES)
  const after = lines(raw, 'post_context', notes)
  if (after) frame.post_context = after.slice(0, MAX_LINES)
  const vars = raw.vars
  if (Array.isArray(vars)) {
    // PHP sends arguments as a list; their places become their names.
    frame.vars = trimmed({ ...vars }, 'vars', MAX_VARS_BYTES, notes) as Raw
  } else {
    const named = bag(raw, 'vars', MAX_VARS_BYTES, notes)
    if (named) frame.vars = named
  }
}

function lines(raw: Raw, name: string, notes: Notes): string[] | undefined {
  const value = raw[name]
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) {
    notes.add('invalid_data', name, value)
    return undefined
  }
  if (value.length === 0) return undefined
  return value.every(isPlainLine) ? value : value.map(repairedLine)
}

function isPlainLine(line: unknown): boolean {
  if (typeof line !== 'string' || line.length > MAX_LINE_CHARS) return false
  const last = line.charCodeAt(line.length - 1)
  return last !== 0x0a && last !== 0x0d
}

/** A line that is none leaves its place empty, so that the numbers of the others stay right. */
function repairedLine(line: unknown): string {
  return typeof line === 'string' ? cut(withoutLineEnd(line), MAX_LINE_CHARS) : ''
}

/** Ruby's SDK sends lines with their ends. */
function withoutLineEnd(line: string): string {
  return isPlainLine(line) ? line : line.replace(/[\r\n]{1,2}$/, '')
}

import type { Frame } from '@mayday/protocol/event'
import { describeFile } from './code-file.ts'
import { parseFrame } from './stack-line.ts'

const MAX_FRAMES = 250
/** Lines looked at in search of frames; those that are none count too. */
const MAX_LINES = 1000
const MAX_LINE_CHARS = 1000
/** V8 begins with the error's name, which may hold a code: `TypeError [ERR_INVALID_ARG_TYPE]: `. */
const MAX_HEADER_CHARS = 300
/** Names with `: ` in them are rare; each try may cost a look at the whole message. */
const MAX_HEADER_TRIES = 4

const AT_LINE = /^\s+at /

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
      const frame = frameAt(stack, position, end)
      if (frame) frames.push(frame)
    }
    position = end + 1
  }
  return frames.reverse()
}

/** V8 indents by four blanks; loggers that print a cause, by more. */
function frameAt(stack: string, position: number, end: number): Frame | undefined {
  if (stack.startsWith('    at ', position)) return parseFrame(stack.slice(position + 7, end))
  const line = stack.slice(position, end)
  return AT_LINE.test(line) ? parseFrame(line.trim().slice('at '.length)) : undefined
}

/**
 * Before a SyntaxError of a module that could not be loaded, Node writes the place and the line. The
 * module itself has no frame, since it never ran.
 */
function brokenModule(stack: string): Frame | undefined {
  const lineEnd = stack.indexOf('\n')
  const isPlaceFirst = lineEnd > 0 && lineEnd <= MAX_LINE_CHARS && endsInDigit(stack, lineEnd)
  if (!isPlaceFirst || !stack.slice(0, 2000).includes('\n\nSyntaxError: ')) return undefined
  const match = /^(.+):(\d{1,9})$/.exec(stack.slice(0, lineEnd))
  return match ? { ...describeFile(match[1] ?? ''), lineno: Number(match[2]) } : undefined
}

function endsInDigit(text: string, end: number): boolean {
  const code = text.charCodeAt(end - 1)
  return code >= 48 && code <= 57
}

/**
 * Where the first line after the message begins. The message stands at the beginning, or after
 * `Name: `; it is not searched for, since that takes time with the square of its length.
 */
function endOfMessage(stack: string, message: string): number {
  if (message === '') return 0
  const header = stack.slice(0, MAX_HEADER_CHARS)
  let start = 0
  for (let tries = 0; !stack.startsWith(message, start); tries++) {
    const colon = header.indexOf(': ', start)
    if (colon === -1 || tries >= MAX_HEADER_TRIES) return 0
    start = colon + 2
  }
  const lineEnd = stack.indexOf('\n', start + message.length)
  return lineEnd === -1 ? stack.length : lineEnd + 1
}

import { scrubCode } from './scrub.ts'
import type { Around } from './source-map.ts'

const LINES_AROUND = 5
const MAX_LINE_CHARS = 140
/** Of a line before or after, of which only the beginning is shown. */
const MAX_LINE_BYTES = 4 * MAX_LINE_CHARS + 4
const NEWLINE = 10

/** A line and five before and after it, as they stand in the file. */
export function linesAround(bytes: Buffer, lineno: number): Around | undefined {
  const first = Math.max(1, lineno - LINES_AROUND)
  const pre: string[] = []
  const post: string[] = []
  let line: string | undefined
  let start = 0
  for (let at = 1; at <= lineno + LINES_AROUND && start <= bytes.length; at++) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline === -1 ? bytes.length : newline
    if (at === lineno) line = bytes.toString('utf8', start, end)
    else if (at >= first) {
      const text = bytes.toString('utf8', start, Math.min(end, start + MAX_LINE_BYTES))
      if (at < lineno) pre.push(text)
      else post.push(text)
    }
    start = end + 1
  }
  return line === undefined ? undefined : { pre, line, post }
}

/** Lines as they are shown: short, and without secrets in literals. */
export function shown({ pre, line, post }: Around, colno: number): Around {
  return {
    pre: pre.map((text) => shorten(text, 1)),
    line: shorten(line, colno),
    post: post.map((text) => shorten(text, 1)),
  }
}

/** A window of 140 characters in which the column is. */
function shorten(line: string, colno: number): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  if (text.length <= MAX_LINE_CHARS) return scrubCode(text)
  const start = Math.max(0, Math.min(colno - 40, text.length - MAX_LINE_CHARS))
  const end = start + MAX_LINE_CHARS
  const window = scrubCode(text.slice(start, end))
  return `${start > 0 ? '…' : ''}${window}${end < text.length ? '…' : ''}`
}

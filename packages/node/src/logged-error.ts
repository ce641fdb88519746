import { types } from 'node:util'
import type { Exception } from '@mayday/protocol/event'
import { cut } from './bounded.ts'
import type { Exchange } from './exchange.ts'
import { parseStack } from './stack.ts'

const MAX_TEXT_CHARS = 20_000
const MAX_TYPE_CHARS = 128
const MAX_VALUE_CHARS = 8192
const FRAME_LINE = '\n    at '
const TYPE = /^(?:Uncaught )?([A-Z][\w.$]{0,127})(?: \[[A-Z0-9_]{1,64}\])?: /

/**
 * Notes an error that is written to the console while a request is served. Many apps, and the
 * frameworks themselves for errors that nobody took care of, write it there and answer 500: then it
 * is what the answer is about.
 */
export function noteLogged(exchange: Exchange, args: readonly unknown[]): void {
  for (const value of args) {
    const isError = types.isNativeError(value)
    if (isError || (typeof value === 'string' && isStackText(value))) exchange.logged = value
  }
}

function isStackText(text: string): boolean {
  return text.length <= MAX_TEXT_CHARS && unindented(text).includes(FRAME_LINE)
}

/** Reads an exception back out of the text of its stack. */
export function exceptionFromStackText(text: string): Exception {
  const stack = unindented(text)
  const header = stack.slice(0, stack.indexOf(FRAME_LINE))
  const match = TYPE.exec(header)
  const message = match ? header.slice(match[0].length) : header
  const frames = parseStack(stack, message)
  return {
    type: cut(match?.[1] ?? 'Error', MAX_TYPE_CHARS),
    value: cut(message, MAX_VALUE_CHARS),
    mechanism: { type: 'console', handled: false },
    ...(frames.length > 0 ? { stacktrace: { frames } } : {}),
  }
}

/** Koa writes a blank line before and two blanks at the beginning of each line. */
function unindented(text: string): string {
  return text.startsWith('\n  ') ? text.slice(3).trimEnd().replaceAll('\n  ', '\n') : text
}

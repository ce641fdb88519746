import { cut } from './bounded.ts'

const MAX_STATEMENT_CHARS = 10_000
const MAX_SHOWN_CHARS = 1000

// Every way to begin a literal or a comment also ends at the end of the text, so nothing is tried twice.
const MYSQL_LITERAL =
  /'(?:[^'\\]|\\[\s\S]?|'')*(?:'|$)|"(?:[^"\\]|\\[\s\S]?|"")*(?:"|$)|(?:--|#)[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\b(?:0x[0-9a-f]+|\d[\w.]*)/gi
const STANDARD_LITERAL =
  /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\b(?:0x[0-9a-f]+|\d[\w.]*)/gi

/** How texts are written: MySQL's know `\'`, those of others do not. */
export type Dialect = 'mysql' | 'standard'

/**
 * A statement of SQL without its values: texts, numbers and comments become `?`. What is longer than
 * 1,000 characters is cut. Where `"…"` may be a text, it is taken for one.
 */
export function withoutValues(statement: string, dialect: Dialect): string {
  const literal = dialect === 'mysql' ? MYSQL_LITERAL : STANDARD_LITERAL
  const bare = statement
    .slice(0, MAX_STATEMENT_CHARS)
    .replace(literal, '?')
    .replace(/\s+/g, ' ')
    // Lists of values, of which each call has another number.
    .replace(/\?(?:, ?\?)+/g, '?, …')
    .trim()
  return cut(bare, MAX_SHOWN_CHARS)
}

const MAX_COMMAND_CHARS = 40
/** A word in front of `:`, such as `session` in `session:8f2c…`; what follows may be anyone's name. */
const KEY_KIND = /^([a-z][a-z_-]{0,30})[:/]/i

/** A command of Redis with the kind of its first key, such as `GET session:?`. */
export function commandWithoutValues(command: string, firstKey: unknown): string {
  const name = command.slice(0, MAX_COMMAND_CHARS).toUpperCase()
  if (typeof firstKey !== 'string') return name
  const kind = KEY_KIND.exec(firstKey)?.[1]
  return kind === undefined ? `${name} ?` : `${name} ${kind}:?`
}

import { isRaw } from './fields.ts'

/** What may be such an escape; found fast, so that most events need no second look. */
const SUSPICIOUS_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/
/**
 * Escapes of NUL and of halves of surrogate pairs, of which PostgreSQL takes neither in text: a high
 * half without its low one, or the other way round. An even number of backslashes escapes nothing.
 */
const UNSAFE_ESCAPE =
  /(?<!\\)(?:\\\\)*\\u(?:0000|d[89ab][\da-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][\da-f]{2}\\u)d[c-f])/i
const REPLACEMENT = '\ufffd'

/** Replaces what is not UTF-8 and strips a byte order mark. */
const decoder = new TextDecoder()

/**
 * The JSON of an event item, with U+FFFD for what no text column holds.
 *
 * @throws SyntaxError when it is not JSON
 */
export function parseEventJson(bytes: Uint8Array): unknown {
  const json = decoder.decode(bytes)
  const value: unknown = JSON.parse(json)
  // Only an escape can bring such a character in.
  const isUnsafe = json.includes('\\u') && SUSPICIOUS_ESCAPE.test(json) && UNSAFE_ESCAPE.test(json)
  return isUnsafe ? cleaned(value) : value
}

/** Without recursion: nesting is the sender's choice. */
function cleaned(root: unknown): unknown {
  const holder = { root }
  const waiting: object[] = [holder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [key, value] of Object.entries(next)) {
      if (typeof value === 'object' && value !== null) waiting.push(value)
      const text = typeof value === 'string' ? cleanText(value) : value
      const name = isRaw(next) ? cleanText(key) : key
      if (name !== key) delete (next as Record<string, unknown>)[key]
      if (name !== key || text !== value) (next as Record<string, unknown>)[name] = text
    }
  }
  return holder.root
}

function cleanText(text: string): string {
  return text.replaceAll('\0', REPLACEMENT).replace(/\p{Surrogate}/gu, REPLACEMENT)
}

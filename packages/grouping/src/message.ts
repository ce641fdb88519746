/** What changes from one event to the next in a message, replaced by what it is. */

/** Longer messages are cut before any pattern sees them. */
export const MAX_MESSAGE_CHARS = 8192
const MAX_LINES = 2
/** A longer word is data; it is not looked into. */
const MAX_WORD_CHARS = 256

/** Words are what stands between these; each is looked at once, so the time is linear in the length. */
const WORD = /[^\s"'`“”‘’()[\]{}<>,;=|]+/g

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\\.?'
const DAY = '(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?'
const WRITTEN_DATE = new RegExp(
  `(?<![\\w>])${DAY}(?:${MONTH} <int>|<int> ${MONTH})(?:,? <int>)?(?: <date>)?(?: [AP]M)?(?: (?:GMT|UTC|Z)(?:[+-]<int>)?)?(?: <int>)?(?![\\w<])`,
  'g',
)

const URL = /(?<![\w+.-])[a-z][a-z\d+.-]{1,15}:\/\/[^\s"'`<>)\]}]*[^\s"'`<>)\]}.,;:!?]/gi

/** Text in quotes; an apostrophe within a word opens nothing. */
const QUOTED = /(?<![\w\\])(["'`])([^"'`\n]*)\1(?!\w)/g
const IDENTIFIER = /^[A-Za-z_$][A-Za-z_$.:-]{0,39}$/

const EMAIL_WORD = /^[^@]+@[^@]+\.[^@.]+$/
const UUID_WORD = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const TRACEPARENT_WORD =
  /^(?:[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}|1-[\da-f]{8}-[\da-f]{24})$/
const IPV4_WORD = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:\/\d{1,2})?(?::(\d{1,5}))?$/
const IPV6_WORD = /^(?=[\da-f:.]*:[\da-f:.]*:)[\da-f:]{2,39}(?:[\d.]{0,15})(?:%\w{1,16})?$/i
const HOST_WORD =
  /^(?:[a-z\d_-]{1,63}\.){1,8}(?:com|net|org|edu|gov|io|co|dev|app|ai|cloud|internal|local|localdomain|test|example|invalid|eu|de|uk|fr|nl|at|ch|it|es|pl|se|no|dk|ru|cn|jp|in|br|au|ca|us)(?::(\d{1,5}))?$/i
const DATE_WORD =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:[T_]\d{1,2}:\d{2}(?::\d{2}(?:[.:]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/
const TIME_WORD = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}|[ap]m)?$/i
const DURATION_WORD = /^[+-]?\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|sec|secs|m|min|mins|h|d)$/
const HEX_WORD = /^#?0x[\da-f]+$/i
const FLOAT_WORD = /^[+-]?\d+\.\d+(?:e[+-]?\d+)?%?$/i
const INT_WORD = /^[+-]?\d+%?$/

/** Folders that exist on machines, not in programs: paths below them only say where it ran. */
const MACHINE_PATH =
  /^(?:[A-Za-z]:[\\/]|~\/|\\\\|\/(?:home|Users|srv|opt|app|usr|var|tmp|root|mnt|data|etc|private|workspace|proc|run|media|dev)\/)/

const STATUS_BEFORE =
  /(?:^|[\s(:])(?:status(?: ?code)?(?: of)?|code|HTTP(?:\/\d(?:\.\d)?)?)[:=]? ?$/i

/** Ports below this are services (5432, 6379); those above are given out by the system per connection. */
const FIRST_EPHEMERAL_PORT = 32768

/**
 * The message's first two lines that are not empty, with ids, numbers, addresses, times, paths and
 * quoted data replaced by `<int>`, `<uuid>`, `<ip>`, …, so that one problem has one text.
 */
export function parameterizeMessage(message: string): string {
  const text = firstLines(message.slice(0, MAX_MESSAGE_CHARS))
  return text
    .replace(QUOTED, (whole: string, quote: string, inner: string, at: number) =>
      isDataInQuotes(inner, text.charAt(at - 1)) ? `${quote}<quoted>${quote}` : whole,
    )
    .replace(URL, '<url>')
    .replace(WORD, parameterizeWord)
    .slice(0, MAX_MESSAGE_CHARS)
    .replace(WRITTEN_DATE, '<date>')
    .replace(/<date>[ ,]{1,2}<date>/g, '<date>')
    .replace(/(<[a-z\d]+>)(?:[,;]? ?\1)+/g, '$1')
}

function firstLines(message: string): string {
  const lines: string[] = []
  let cut = false
  for (const line of message.split(/[\r\n]+/)) {
    const plain = line.replace(/\s+/g, ' ').trim()
    if (plain === '') continue
    cut = lines.length === MAX_LINES
    if (cut) break
    lines.push(plain)
  }
  return cut ? `${lines.join('\n')}...` : lines.join('\n')
}

/** Names are kept (`column "email"`, `reading 'total'`), unless they stand as a value: `name="ada"`. */
function isDataInQuotes(inner: string, before: string): boolean {
  return inner !== '' && (before === '=' || before === ':' || !IDENTIFIER.test(inner))
}

function parameterizeWord(word: string, at: number, whole: string): string {
  if (word.length > MAX_WORD_CHARS) return '<data>'
  const end = /[.:!?,]+$/.exec(word)?.[0] ?? ''
  const core = end === '' ? word : word.slice(0, -end.length)
  if (core === '') return word
  if (!/[\d@/\\.]/.test(core) && !isHexOnly(core)) return word
  return replacementOf(core, whole, at) + end
}

function replacementOf(core: string, whole: string, at: number): string {
  if (MACHINE_PATH.test(core)) return '<path>'
  if (core.includes('/') && !/^[\d/.:-]+$/.test(core)) return core.split('/').map(partOf).join('/')
  if (core.includes('@') && EMAIL_WORD.test(core)) return '<email>'
  const ip = IPV4_WORD.exec(core)
  if (ip) return `<ip>${portOf(ip[1])}`
  const host = HOST_WORD.exec(core)
  if (host) return `<hostname>${portOf(host[1])}`
  if (INT_WORD.test(core)) return isStatus(core, whole, at) ? core : '<int>'
  return partOf(core)
}

/** One path segment, or a word that is neither URL nor path. */
function partOf(part: string): string {
  if (!/\d/.test(part) && !isHexOnly(part)) return part
  if (UUID_WORD.test(part)) return '<uuid>'
  if (TRACEPARENT_WORD.test(part)) return '<traceparent>'
  if (DATE_WORD.test(part) || TIME_WORD.test(part)) return '<date>'
  if (FLOAT_WORD.test(part)) return '<float>'
  if (INT_WORD.test(part)) return '<int>'
  if (DURATION_WORD.test(part)) return '<duration>'
  if (HEX_WORD.test(part)) return '<hex>'
  if (IPV6_WORD.test(part)) return '<ip>'
  // Tokens of random letters may hold the separators themselves: nanoid, base64url, JWT.
  if (part.length >= 16 && /[a-z]/.test(part) && /[A-Z]/.test(part)) return '<id>'
  return part.replace(/[A-Za-z\d]+/g, runOf)
}

/** A run of letters and digits within a word, such as the `17` of `order-17`. */
function runOf(run: string): string {
  if (isHexOnly(run)) return '<hex>'
  if (!/\d/.test(run)) return run
  if (/^\d+$/.test(run)) return '<int>'
  return run.length >= 8 && isMixed(run) ? '<id>' : run.replace(/\d+/g, '<int>')
}

/** Seven or more hex digits of one case, letters and digits both: commits and hashes. */
function isHexOnly(word: string): boolean {
  return (
    word.length >= 7 &&
    /^(?:[\da-f]+|[\dA-F]+)$/.test(word) &&
    /\d/.test(word) &&
    /[a-fA-F]/.test(word)
  )
}

/** Letters and digits change places too often for a name with a number in it. */
function isMixed(run: string): boolean {
  return (run.match(/\d+/g)?.length ?? 0) >= 2 || run.length >= 16
}

/** `status 404` and `status 500` are different problems. */
function isStatus(core: string, whole: string, at: number): boolean {
  return /^[1-5]\d\d$/.test(core) && STATUS_BEFORE.test(whole.slice(Math.max(0, at - 20), at))
}

function portOf(port: string | undefined): string {
  if (port === undefined) return ''
  return Number(port) < FIRST_EPHEMERAL_PORT ? `:${port}` : ':<int>'
}

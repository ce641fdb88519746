import type { Json } from './bounded.ts'
import { scrubKeyBlocks, scrubPersonalData, scrubVendorTokens } from './known-secrets.ts'
import { isAddedKey, scrubByRules } from './scrub-rules.ts'

export const FILTERED = '[Filtered]'

/**
 * A key is sensitive when one of its words is one of these: `userPassword`, `X-Api-Key` and
 * `refresh_token` are, `author` and `tokenizer` are not.
 */
const SENSITIVE_WORDS = new Set(
  `password passwd passphrase pwd pass secret secrets token tokens auth authorization authentication
  credential credentials cookie cookies session sessionid sid csrf xsrf jwt otp ssn cvv cvc pin iban
  apikey bearer signature sig dsn privatekey accesskey connectionstring cardnumber passcode mnemonic
  jsessionid phpsessid sessid authkey accountkey`.split(/\s+/),
)
/** Words that are harmless alone but not in a row. */
const SENSITIVE_PAIRS = new Set(
  `api_key private_key access_key secret_key signing_key encryption_key card_number credit_card
  connection_string database_url redis_url two_factor account_key account_number social_security
  security_code`.split(/\s+/),
)
/** Each holds the address of the person who sent the request, or credentials a proxy added. */
const SENSITIVE_HEADERS = new Set(
  `x-forwarded-for x-real-ip forwarded cf-connecting-ip true-client-ip x-client-ip fastly-client-ip
  x-cluster-client-ip x-amzn-oidc-data x-amzn-oidc-identity proxy-authorization`.split(/\s+/),
)

const MAX_KEY_CHARS = 200

/** Whether a value under this key, header or parameter name must not leave the process. */
export function isSensitiveKey(key: string): boolean {
  const words = key
    .slice(0, MAX_KEY_CHARS)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  const isKnown = words.some(
    (word, index) =>
      SENSITIVE_WORDS.has(word) || SENSITIVE_PAIRS.has(`${word}_${words[index + 1] ?? ''}`),
  )
  return isKnown || isAddedKey(key.slice(0, MAX_KEY_CHARS))
}

/** Whether this header's value must not leave the process. */
export function isSensitiveHeader(name: string): boolean {
  return SENSITIVE_HEADERS.has(name.toLowerCase()) || isSensitiveKey(name)
}

// All of these run over text that others wrote. Repetitions are bounded, and what follows one cannot
// be matched by it, so that a hostile text costs time in proportion to its length.
const SENSITIVE_NAME =
  '\\b([\\w-]{0,40}(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key))'
/** These are words of prose, too, but before `=`. */
const ASSIGNED_NAME =
  '(?<![a-z0-9])((?:pass|session(?:[_-]?id)?|sid|(?:j|php)?sess(?:ion)?id|jwt|otp|csrf|xsrf|sig|signature|auth|authorization|cvv|cvc|ssn|pin|iban|card[_-]?number|credit[_-]?card))'
/** Also in a string of a string, as in the JSON of a message that is in JSON. */
const QUOTED = `\\\\{0,3}"[^"\\n]{1,500}"|'[^'\\n]{1,500}'`
const SEPARATOR = `(\\\\{0,3}["']?\\s{0,4}[=:]\\s{0,4})`
const BARE = `[^\\s,;&"'()}\\]]{1,500}`

/** Credentials in a URL of any scheme; the host stays. */
const URL_CREDENTIALS =
  /\b([a-z][a-z0-9+.-]{1,20}:\/\/)(?:[^\s/@:'"?]{1,200}|[^\s/@:'"]{0,200}:[^\s/'"]{1,200})@/gi
const AUTHORIZATION = /\b(Bearer|Basic)(\s{1,4})([\w.~+/=-]{8,4096})/gi
const AUTHORIZATION_HEADER =
  /\b(authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:Digest|Token|ApiKey|Negotiate|AWS4-HMAC-SHA256)\s)[^\r\n]{1,2000}/gi
const COOKIE_HEADER =
  /\b(cookie["']?\s{0,4}[:=]\s{0,4}["']?)[\w.~!#$%&*+^|-]{1,200}=[^\r\n"']{0,4096}/gi
const DOTTED_TOKEN = /[\w.-]+/g
const ASSIGNMENT = new RegExp(
  `${SENSITIVE_NAME}${SEPARATOR}(?!\\[Filtered\\])(${QUOTED}|${BARE})`,
  'gi',
)
const WORD_ASSIGNMENT = new RegExp(`${ASSIGNED_NAME}(=)(?!\\[Filtered\\])(${QUOTED}|${BARE})`, 'gi')
const LITERAL_ASSIGNMENT = new RegExp(`${SENSITIVE_NAME}${SEPARATOR}(${QUOTED})`, 'gi')

const MAY_HOLD_SECRET = /:\/\/|bearer|basic|eyJ|pass|pwd|secret|token|key|auth|cookie|sess|[a-z]=/i

/** Takes credentials, tokens, private keys and personal numbers out of free text; the rest stays. */
export function scrubText(text: string): string {
  const readable = scrubCredentials(scrubByRules(text, FILTERED), ASSIGNMENT)
  const known = scrubPersonalData(readable)
  if (!MAY_HOLD_SECRET.test(known)) return known
  return known
    .replace(AUTHORIZATION_HEADER, `$1${FILTERED}`)
    .replace(COOKIE_HEADER, `$1${FILTERED}`)
    .replace(WORD_ASSIGNMENT, `$1$2${FILTERED}`)
}

/** As {@link scrubText} for a line of source, where `token = read()` is no secret but `'…'` may be. */
export function scrubCode(line: string): string {
  return scrubCredentials(scrubByRules(line, FILTERED), LITERAL_ASSIGNMENT)
}

function scrubCredentials(foreign: string, assignment: RegExp): string {
  const text = scrubVendorTokens(foreign)
  if (!MAY_HOLD_SECRET.test(text)) return text
  let result = scrubKeyBlocks(text)
    .replace(URL_CREDENTIALS, `$1${FILTERED}@`)
    .replace(AUTHORIZATION, (whole, scheme, space, value) =>
      // `Basic authentication failed` is prose; encoded credentials are not all lower case.
      /[A-Z0-9=]/.test(value) ? `${scheme}${space}${FILTERED}` : whole,
    )
  if (result.includes('eyJ')) {
    result = result.replace(DOTTED_TOKEN, (word) => (isJsonWebToken(word) ? FILTERED : word))
  }
  return result.replace(assignment, `$1$2${FILTERED}`)
}

function isJsonWebToken(word: string): boolean {
  return word.startsWith('eyJ') && word.length > 30 && word.split('.').length >= 3
}

/** A copy in which values under sensitive keys are replaced and texts are scrubbed. */
export function scrubJson(value: Json): Json {
  if (typeof value === 'string') return scrubText(value)
  if (Array.isArray(value)) return value.map(scrubJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      isSensitiveKey(key) && entry !== null && typeof entry !== 'boolean'
        ? FILTERED
        : scrubJson(entry),
    ]),
  )
}

/** A URL apart from its query, without credentials and fragment. */
export function scrubUrl(url: string): { url: string; query: [string, string][] } {
  const withoutFragment = url.split('#', 1)[0] ?? ''
  const mark = withoutFragment.indexOf('?')
  const bare = mark === -1 ? withoutFragment : withoutFragment.slice(0, mark)
  const query = mark === -1 ? '' : withoutFragment.slice(mark + 1)
  return { url: scrubText(bare), query: scrubQuery(query) }
}

const MAX_PARAMETERS = 100
const MAX_QUERY_CHARS = 4096

/** Parameters of a query string; those with sensitive names are filtered. */
export function scrubQuery(query: string): [string, string][] {
  const parameters = new URLSearchParams(query.slice(0, MAX_QUERY_CHARS))
  return [...parameters]
    .slice(0, MAX_PARAMETERS)
    .map(([key, value]) => [key, isSensitiveKey(key) ? FILTERED : scrubText(value)])
}

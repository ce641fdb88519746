export type SearchToken = {
  /** As typed, such as `!level:"fatal"`. */
  text: string
  key: string
  value: string
  negated: boolean
}
export type Search = { tokens: SearchToken[]; words: string }

const KEY = String.raw`[A-Za-z_][\w.-]*|tags\[[^\]\s]+\]|"(?:[^"\\]|\\.)+"`
const VALUE = String.raw`"(?:[^"\\]|\\.)*"|(?:[<>]=?)?\[[^\]]*\]|[^\s"]+`
const PART = new RegExp(String.raw`(!?)(${KEY}):(${VALUE})(?!\S)|(?:"(?:[^"\\]|\\.)*"|[^\s])+`, 'g')

/** Splits a search into its `key:value` parts and the free words that remain, order kept. */
export function parseSearch(query: string): Search {
  const tokens: SearchToken[] = []
  const words: string[] = []
  for (const [text, bang, key, value] of query.matchAll(PART)) {
    // `http://…` is an address someone pasted, not a search by the key `http`.
    if (key === undefined || value === undefined || value.startsWith('//')) words.push(text)
    else tokens.push({ text, key: unquote(key), value: unquote(value), negated: bang === '!' })
  }
  return { tokens, words: words.join(' ') }
}

export function formatSearch({ tokens, words }: Search): string {
  return [...tokens.map((token) => token.text), words.trim()]
    .filter((part) => part !== '')
    .join(' ')
}

/** One search from two, the second one's words after the first one's; nothing stands twice. */
export function joinSearch(first: Search, second: Search): Search {
  const known = new Set(first.tokens.map((token) => token.text))
  return {
    tokens: [...first.tokens, ...second.tokens.filter((token) => !known.has(token.text))],
    words: [first.words, second.words].filter((words) => words !== '').join(' '),
  }
}

/** The same search with another `is:`: what the tabs do. */
export function withStatus(query: string, status: string): string {
  const { tokens, words } = parseSearch(query)
  const others = tokens.filter((token) => token.key !== 'is')
  return formatSearch({ tokens: [statusToken(status), ...others], words })
}

/** The one status the search asks for, or undefined when it asks for none or several. */
export function statusOf(query: string): string | undefined {
  const states = parseSearch(query).tokens.filter((token) => token.key === 'is' && !token.negated)
  const [only] = states
  if (states.length !== 1 || only === undefined) return undefined
  return only.value === 'ignored' ? 'archived' : only.value
}

function statusToken(status: string): SearchToken {
  return { text: `is:${status}`, key: 'is', value: status, negated: false }
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value
  return value.slice(1, -1).replace(/\\(.)/g, '$1')
}

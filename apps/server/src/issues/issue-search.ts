import { AppError } from '../errors.ts'

const MAX_SEARCH_BYTES = 10 * 1024
const MAX_TERMS = 50

export const OPERATORS = ['>=', '<=', '>', '<'] as const
export type Operator = (typeof OPERATORS)[number] | '='

/** One condition of a search; all of them must hold. */
export type SearchTerm =
  | { kind: 'text'; text: string; isNegated: boolean }
  | { kind: 'key'; key: string; operator: Operator; values: SearchValue[]; isNegated: boolean }

/** `*` stands for anything, in quotes too: sentry-mcp asks for `stack.filename:"*checkout*"`. */
export type SearchValue = { text: string; hasWildcard: boolean }

const KEY = /(?:tags\[([^\]\s]+)\]|([A-Za-z_][\w.-]*)|"((?:[^"\\]|\\.)+)"):/y
const QUOTED = /"((?:[^"\\]|\\.)*)"/y
const BARE = /[^\s]+/y
const LIST_ITEM = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",\]][^",\]]*))\s*(,|\])/y

/**
 * Reads a search such as `is:unresolved level:[error,fatal] !release:1.* times_seen:>10 "not found"`.
 * @throws AppError `invalid_search` that says what cannot be read.
 */
export function parseSearch(query: string): SearchTerm[] {
  if (Buffer.byteLength(query) > MAX_SEARCH_BYTES) {
    throw invalid('The search is longer than 10 KB.')
  }
  const terms: SearchTerm[] = []
  let at = 0
  while (true) {
    while (at < query.length && /\s/.test(query[at] as string)) at += 1
    if (at >= query.length) return terms
    const read = readTerm(query, at)
    at = read.end
    if (read.term) terms.push(read.term)
    if (terms.length > MAX_TERMS) throw invalid(`The search has more than ${MAX_TERMS} terms.`)
  }
}

export function invalid(sentence: string): AppError {
  return new AppError('invalid_search', sentence)
}

type Read<Value> = { end: number } & Value

function readTerm(query: string, start: number): Read<{ term: SearchTerm | undefined }> {
  const isNegated = query[start] === '!'
  const at = isNegated ? start + 1 : start
  const key = match(KEY, query, at)
  if (key && !query.startsWith('//', key.end)) {
    const name = key.groups[0] ?? key.groups[1] ?? unquoted(key.groups[2] ?? '')
    const { operator, values, end } = readValues(query, key.end, name)
    return { term: { kind: 'key', key: name, operator, values, isNegated }, end }
  }
  const quoted = match(QUOTED, query, at)
  if (quoted) return { term: text(unquoted(quoted.groups[0] ?? ''), isNegated), end: quoted.end }
  const bare = match(BARE, query, at)
  if (!bare) throw invalid('There is nothing after "!".')
  if (bare.whole === 'OR') {
    throw invalid('OR is not understood: use a list such as level:[error,fatal].')
  }
  // Terms are joined by "and" as it is.
  if (bare.whole === 'AND') return { term: undefined, end: bare.end }
  return { term: text(bare.whole, isNegated), end: bare.end }
}

function text(words: string, isNegated: boolean): SearchTerm | undefined {
  return words.trim() === '' ? undefined : { kind: 'text', text: words.trim(), isNegated }
}

function readValues(
  query: string,
  start: number,
  key: string,
): Read<{ operator: Operator; values: SearchValue[] }> {
  if (query[start] === '[') {
    return { operator: '=', ...readList(query, start + 1, key) }
  }
  const operator = OPERATORS.find((sign) => query.startsWith(sign, start))
  const at = start + (operator?.length ?? 0)
  const quoted = match(QUOTED, query, at)
  if (quoted) {
    const value = searchValue(unquoted(quoted.groups[0] ?? ''))
    return { operator: operator ?? '=', values: [value], end: quoted.end }
  }
  const bare = match(BARE, query, at)
  if (!bare) throw invalid(`There is no value after "${key}:".`)
  if (bare.whole.startsWith('"')) throw invalid(`The quote after "${key}:" is not closed.`)
  return { operator: operator ?? '=', values: [searchValue(bare.whole)], end: bare.end }
}

function readList(query: string, start: number, key: string): Read<{ values: SearchValue[] }> {
  const values: SearchValue[] = []
  let at = start
  while (true) {
    const item = match(LIST_ITEM, query, at)
    if (!item) throw invalid(`The list after "${key}:" must look like ${key}:[one,two].`)
    const [quoted, bare, sign] = item.groups
    values.push(searchValue(quoted === undefined ? (bare ?? '').trim() : unquoted(quoted)))
    at = item.end
    if (values.length > MAX_TERMS) throw invalid(`The list after "${key}:" is too long.`)
    if (sign === ']') return { values, end: at }
  }
}

function searchValue(text: string): SearchValue {
  return { text, hasWildcard: text.includes('*') }
}

function unquoted(quoted: string): string {
  return quoted.replace(/\\(.)/g, '$1')
}

/** Matches a sticky pattern at a place; every pattern here is linear. */
function match(pattern: RegExp, query: string, at: number) {
  pattern.lastIndex = at
  const found = pattern.exec(query)
  return found ? { whole: found[0], groups: found.slice(1), end: pattern.lastIndex } : undefined
}

import { type IssueFilter, PERIODS, type Period, SORTS, type Sort } from '../api/issue-filter.ts'
import { formatSearch, parseSearch } from '../issues/search-tokens.ts'

/** The part of the address that says what is listed. Absent parts have defaults. */
export type ListSearch = {
  query?: string | undefined
  sort?: Sort | undefined
  environment?: string | undefined
  statsPeriod?: Period | undefined
  cursor?: string | undefined
}

export const DEFAULT_QUERY = 'is:unresolved'

/** Anything may stand in an address; what is no known value counts as absent. */
export function readListSearch(raw: Record<string, unknown>): ListSearch {
  const { query, sort, environment, statsPeriod, cursor } = raw
  return {
    ...(typeof query === 'string' ? { query } : {}),
    ...(typeof sort === 'string' && Object.hasOwn(SORTS, sort) ? { sort: sort as Sort } : {}),
    ...(typeof environment === 'string' && environment !== '' ? { environment } : {}),
    ...(typeof statsPeriod === 'string' && Object.hasOwn(PERIODS, statsPeriod)
      ? { statsPeriod: statsPeriod as Period }
      : {}),
    ...(typeof cursor === 'string' ? { cursor } : {}),
  }
}

export function readPeriod(raw: Record<string, unknown>): Pick<ListSearch, 'statsPeriod'> {
  const { statsPeriod } = readListSearch(raw)
  return statsPeriod === undefined ? {} : { statsPeriod }
}

export function toFilter(search: ListSearch): Omit<IssueFilter, 'organization' | 'project'> {
  return {
    query: search.query ?? DEFAULT_QUERY,
    sort: search.sort ?? 'date',
    statsPeriod: search.statsPeriod ?? '24h',
    environment: search.environment,
    cursor: search.cursor,
  }
}

/** The environment has its own place in the address, yet stands in the search box as a token. */
export function toSearchBox({
  query,
  environment,
}: Pick<IssueFilter, 'query' | 'environment'>): string {
  if (environment === undefined) return query
  const { tokens, words } = parseSearch(query)
  const value = /[\s"]/.test(environment) ? JSON.stringify(environment) : environment
  const token = {
    text: `environment:${value}`,
    key: 'environment',
    value: environment,
    negated: false,
  }
  return formatSearch({ tokens: [...tokens, token], words })
}

export function fromSearchBox(text: string): Pick<ListSearch, 'query' | 'environment'> {
  const { tokens, words } = parseSearch(text)
  const named = tokens.filter(
    ({ key, value, negated }) => key === 'environment' && !negated && !/[[*]/.test(value),
  )
  const others = tokens.filter((token) => !named.includes(token))
  // The last one typed holds: two environments at once would match nothing.
  return { query: formatSearch({ tokens: others, words }), environment: named.at(-1)?.value }
}

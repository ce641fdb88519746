import { LEVELS, type Level } from '@mayday/protocol/event'
import { invalid, parseSearch } from './issue-search.ts'

export type EventSearch = {
  environments: string[]
  release: string | undefined
  level: number | undefined
}

/**
 * Reads a search among the events of one issue. Only what the event table has as columns can be
 * asked for; the rest is inside the packed payload.
 * @throws AppError `invalid_search`
 */
export function eventSearch(query: string): EventSearch {
  const search: EventSearch = { environments: [], release: undefined, level: undefined }
  for (const term of parseSearch(query)) {
    const isPlain =
      term.kind === 'key' &&
      !term.isNegated &&
      term.operator === '=' &&
      term.values.every(({ hasWildcard }) => !hasWildcard)
    const [first, ...more] = isPlain ? term.values : []
    if (!isPlain || !first) throw notUnderstood()
    if (term.key === 'environment') {
      search.environments.push(...term.values.map(({ text }) => text))
    } else if (term.key === 'release' && more.length === 0) {
      search.release = first.text
    } else if (term.key === 'level' && more.length === 0) {
      search.level = LEVELS.indexOf(first.text as Level)
      if (search.level < 0) throw invalid(`level:${first.text}: there are ${LEVELS.join(', ')}.`)
    } else {
      throw notUnderstood()
    }
  }
  return search
}

function notUnderstood() {
  return invalid('Events of an issue can be searched by environment:, release: and level: only.')
}

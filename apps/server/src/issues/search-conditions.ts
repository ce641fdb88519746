import { LEVELS, type Level } from '@mayday/protocol/event'
import type { SqlParameters } from '../db/sql-parameters.ts'
import { invalid, type SearchTerm, type SearchValue } from './issue-search.ts'
import { searchTime } from './search-times.ts'
import { parseShortId } from './short-id.ts'
import { IGNORED, NEW, ONGOING, REGRESSED, RESOLVED, STATUSES, UNRESOLVED } from './statuses.ts'

/**
 * What a search asks of `issue i`: statuses, which pick the index, and SQL conditions. These may
 * speak of `newest`, the newest release of the project.
 */
export type SearchConditions = { statuses: number[]; where: string[] }

type KeyTerm = Extract<SearchTerm, { kind: 'key' }>
type Context = { parameters: SqlParameters; now: Date }

/** The trigram index is on this very expression. */
const SEARCHED = `lower(i.title || ' ' || coalesce(i.value, '') || ' ' || coalesce(i.culprit, '') || ' ' || coalesce(i.transaction, ''))`

// Maps, since `constructor:x` must find no property that every object has.
const TEXT_COLUMNS = new Map(
  Object.entries({
    title: 'i.title',
    message: 'i.title',
    culprit: 'i.culprit',
    transaction: 'i.transaction',
    platform: 'i.platform',
    logger: 'i.logger',
    'error.type': 'i.type',
    'error.value': 'i.value',
    'stack.filename': 'i.filename',
    'stack.function': 'i.function',
    first_release: 'i.first_release',
    firstRelease: 'i.first_release',
    'event.type': 'i.kind',
  }),
)
const NUMBER_COLUMNS = new Map(
  Object.entries({
    times_seen: 'i.times_seen',
    timesSeen: 'i.times_seen',
    users: 'i.users_seen',
    users_seen: 'i.users_seen',
    userCount: 'i.users_seen',
  }),
)
const TIME_COLUMNS = new Map(
  Object.entries({
    firstSeen: 'i.first_seen',
    first_seen: 'i.first_seen',
    age: 'i.first_seen',
    lastSeen: 'i.last_seen',
    last_seen: 'i.last_seen',
  }),
)
/** Refused by name: as tags they would match nothing, and look like an answer. */
const NOT_SEARCHABLE =
  /^((user|stack|geo|os|browser|device|http)\..*|bookmarks|url|trace|trace_id|span_id|request_id|replayId)$/

/** @throws AppError `invalid_search` for a key or a value that cannot be answered. */
export function searchConditions(
  terms: SearchTerm[],
  parameters: SqlParameters,
  now: Date,
): SearchConditions {
  const context = { parameters, now }
  let statuses = STATUSES.map((_, status) => status)
  const where: string[] = []
  for (const term of terms) {
    if (term.kind === 'key' && term.key === 'is') {
      const asked = statusesOf(term)
      statuses = statuses.filter((status) => asked.statuses.includes(status))
      where.push(...asked.where)
    } else {
      where.push(conditionOf(term, context))
    }
  }
  return { statuses, where }
}

function conditionOf(term: SearchTerm, context: Context): string {
  if (term.kind === 'text') {
    const pattern = likePattern(`*${term.text.toLowerCase()}*`)
    return `${SEARCHED} ${term.isNegated ? 'not like' : 'like'} ${context.parameters.add(pattern)}`
  }
  const condition = positive(term, context)
  // Null is "no": `!release:1` is also true of an issue without a release.
  return term.isNegated ? `(${condition}) is not true` : `(${condition})`
}

function positive(term: KeyTerm, context: Context): string {
  const { key } = term
  const textColumn = TEXT_COLUMNS.get(key)
  if (textColumn) return textIs(textColumn, equalsOnly(term), context)
  const numberColumn = NUMBER_COLUMNS.get(key)
  if (numberColumn) return numberIs(numberColumn, term, context)
  const timeColumn = TIME_COLUMNS.get(key)
  if (timeColumn) return timeIs(timeColumn, term, context)
  switch (key) {
    case 'level':
      return levelIs(equalsOnly(term), context)
    case 'error.unhandled':
      return flagIs('i.is_unhandled', term)
    case 'error.handled':
      return flagIs('not i.is_unhandled', term)
    case 'assigned':
      return assignedIs(term)
    case 'has':
      return equalsOnly(term)
        .map(({ text }) => hasTag(text, context))
        .join(' or ')
    case 'issue':
      return shortIdIs(equalsOnly(term), context)
    case 'issue.id':
    case 'id':
      return `i.id = any(${context.parameters.add(equalsOnly(term).map(({ text }) => wholeNumber(key, text)))}::bigint[])`
    default:
      if (NOT_SEARCHABLE.test(key) && key !== 'http.status_code') {
        throw invalid(`${key} cannot be searched for: it is not indexed.`)
      }
      return tagIs(key, equalsOnly(term), context)
  }
}

/** `is:` means a status, or a status with a substatus. */
function statusesOf(term: KeyTerm): SearchConditions {
  const statuses: number[] = []
  const where: string[] = []
  for (const { text } of equalsOnly(term)) {
    const meaning = IS_VALUES.get(text)
    if (!meaning) {
      throw invalid(`is:${text} is not known; there are ${[...IS_VALUES.keys()].join(', ')}.`)
    }
    statuses.push(...meaning.statuses)
    where.push(meaning.condition)
  }
  const condition = `(${where.join(' or ')})`
  if (!term.isNegated) return { statuses, where: [condition] }
  return { statuses: STATUSES.map((_, status) => status), where: [`not ${condition}`] }
}

const ALL = [UNRESOLVED, RESOLVED, IGNORED]
const IS_VALUES = new Map(
  Object.entries({
    unresolved: { statuses: [UNRESOLVED], condition: `i.status = ${UNRESOLVED}` },
    resolved: { statuses: [RESOLVED], condition: `i.status = ${RESOLVED}` },
    ignored: { statuses: [IGNORED], condition: `i.status = ${IGNORED}` },
    archived: { statuses: [IGNORED], condition: `i.status = ${IGNORED}` },
    new: withSubstatus(NEW),
    ongoing: withSubstatus(ONGOING),
    regressed: withSubstatus(REGRESSED),
    // Issues are assigned to nobody yet.
    unassigned: { statuses: ALL, condition: 'true' },
    assigned: { statuses: ALL, condition: 'false' },
  }),
)

function withSubstatus(substatus: number) {
  const condition = `i.status = ${UNRESOLVED} and i.substatus = ${substatus}`
  return { statuses: [UNRESOLVED], condition }
}

function textIs(column: string, values: SearchValue[], { parameters }: Context): string {
  return values
    .map(({ text, hasWildcard }) =>
      hasWildcard
        ? `${column} ilike ${parameters.add(likePattern(text))}`
        : `${column} = ${parameters.add(text)}`,
    )
    .join(' or ')
}

function numberIs(column: string, term: KeyTerm, { parameters }: Context): string {
  return term.values
    .map(
      ({ text }) =>
        `${column} ${term.operator} ${parameters.add(wholeNumber(term.key, text))}::bigint`,
    )
    .join(' or ')
}

function timeIs(column: string, term: KeyTerm, { parameters, now }: Context): string {
  return term.values
    .map(({ text }) => {
      const { from, until } = searchTime(term.key, term.operator, text, now)
      return [
        ...(from ? [`${column} >= ${parameters.add(from)}`] : []),
        ...(until ? [`${column} < ${parameters.add(until)}`] : []),
      ].join(' and ')
    })
    .join(' or ')
}

function levelIs(values: SearchValue[], { parameters }: Context): string {
  const levels = values.map(({ text }) => {
    const level = LEVELS.indexOf(text as Level)
    if (level < 0) throw invalid(`level:${text} is not known; there are ${LEVELS.join(', ')}.`)
    return level
  })
  return `i.level = any(${parameters.add(levels)}::smallint[])`
}

function flagIs(condition: string, term: KeyTerm): string {
  const [value] = equalsOnly(term)
  if (!value || !/^(true|false|1|0|yes|no)$/.test(value.text)) {
    throw invalid(`${term.key} takes true or false.`)
  }
  return /^(true|1|yes)$/.test(value.text) ? condition : `not (${condition})`
}

function assignedIs(term: KeyTerm): string {
  return equalsOnly(term).some(({ text }) => text === 'none') ? 'true' : 'false'
}

function hasTag(key: string, { parameters }: Context): string {
  if (key === 'user') return 'i.users_seen > 0'
  return `exists (select from issue_tag t where t.issue_id = i.id and t.key = ${parameters.add(key)})`
}

function tagIs(key: string, values: SearchValue[], { parameters }: Context): string {
  const matches = values.map(({ text, hasWildcard }) => {
    if (key === 'release' && text === 'latest') return 't.value = newest.version'
    return hasWildcard
      ? `t.value ilike ${parameters.add(likePattern(text))}`
      : `t.value = ${parameters.add(text)}`
  })
  return `exists (select from issue_tag t where t.issue_id = i.id
    and t.key = ${parameters.add(key)} and (${matches.join(' or ')}))`
}

function shortIdIs(values: SearchValue[], { parameters }: Context): string {
  return values
    .map(({ text }) => {
      const shortId = parseShortId(text)
      if (!shortId) throw invalid(`issue takes a short id such as SHOP-API-41, not "${text}".`)
      return `i.number = ${parameters.add(shortId.number)} and i.project_id in
        (select id from project where slug = ${parameters.add(shortId.projectSlug)})`
    })
    .join(' or ')
}

function equalsOnly(term: KeyTerm): SearchValue[] {
  if (term.operator !== '=') throw invalid(`${term.key} cannot be compared with ${term.operator}.`)
  return term.values
}

function wholeNumber(key: string, text: string): string {
  if (!/^\d{1,15}$/.test(text)) throw invalid(`${key} takes a whole number, not "${text}".`)
  return text
}

/** A pattern for LIKE: only `*` is special in a search. */
function likePattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%')
}

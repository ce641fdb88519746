import { MAX_NEW_ISSUES_PER_HOUR } from '@mayday/protocol/limits'
import { type Statements, sqlOne } from '../../db/sql.ts'
import type { Prepared, Problem } from '../states.ts'
import { groupBy } from '../tally.ts'

/** The hash of the one issue that collects what a project sends beyond the limit; no digest is like it. */
export const OVERFLOW_HASH = '6d61796461792d6f766572666c6f7700'

const HOUR_MS = 60 * 60 * 1000

/** The events of one new hash. */
export type Group = [Prepared, ...Prepared[]]

export type Numbered = {
  /** Groups that become issues, with their numbers. */
  opened: { group: Group; number: number }[]
  /** Projects with new groups beyond the limit. */
  full: number[]
}

/**
 * Numbers for new issues, as many as the project may still open in the hour in which the events were
 * received. An hour that is past does not come again: what arrives late counts for the present one.
 *
 * Numbers count up within a project; its row stays locked until the end of the transaction, so that
 * none is given twice or left out and two digests do not both open the last one. A project's first
 * event always opens an issue, so that is where its time is noted.
 *
 * @param groups sorted by project
 */
export async function takeNumbers(
  database: Statements,
  groups: readonly Group[],
): Promise<Numbered> {
  const numbered: Numbered = { opened: [], full: [] }
  for (const [projectId, ofProject] of groupBy(groups, ([first]) => first.projectId)) {
    const row = await lockProject(database, projectId)
    const receivedAtMs = Math.max(...ofProject.map(([first]) => first.receivedAtMs))
    const hourMs = Math.max(row.hour?.getTime() ?? 0, receivedAtMs - (receivedAtMs % HOUR_MS))
    const used = row.hour?.getTime() === hourMs ? row.count : 0
    const free = Math.max(0, MAX_NEW_ISSUES_PER_HOUR - used)
    const own = ofProject.slice(0, free)
    if (own.length < ofProject.length) numbered.full.push(projectId)
    if (own.length === 0) continue
    for (const [i, group] of own.entries()) numbered.opened.push({ group, number: row.next + i })
    await sqlOne(
      database,
      `update project set next_issue_number = next_issue_number + $2, new_issue_hour = $3,
         new_issue_count = $4, first_event_at = coalesce(first_event_at, $5) where id = $1`,
      [
        projectId,
        own.length,
        new Date(hourMs),
        used + own.length,
        new Date(own[0]![0].receivedAtMs),
      ],
    )
  }
  return numbered
}

type ProjectRow = { next: number; hour: Date | null; count: number }

async function lockProject(database: Statements, projectId: number): Promise<ProjectRow> {
  const row = await sqlOne<ProjectRow>(
    database,
    `select next_issue_number as next, new_issue_hour as hour, new_issue_count as count
     from project where id = $1 for no key update`,
    [projectId],
  )
  return row!
}

/** A number for the overflow issue itself, which does not count. The project's row is locked already. */
export async function takeOverflowNumber(database: Statements, projectId: number): Promise<number> {
  const row = await sqlOne<{ number: number }>(
    database,
    `update project set next_issue_number = next_issue_number + 1 where id = $1
     returning next_issue_number - 1 as number`,
    [projectId],
  )
  return Number(row!.number)
}

/** The event as the overflow issue has it: named after what is wrong, not after any one of its events. */
export function overflowing<Event extends Prepared>(event: Event): Event {
  const { platform, isUnhandled } = event.problem
  return {
    ...event,
    hash: OVERFLOW_HASH,
    algorithm: 'overflow',
    problem: { ...OVERFLOW, platform, isUnhandled },
  }
}

const LIMIT = MAX_NEW_ISSUES_PER_HOUR.toLocaleString('en')
const OVERFLOW: Omit<Problem, 'platform' | 'isUnhandled'> = {
  kind: 'default',
  type: null,
  value: null,
  title: `More than ${LIMIT} new issues in an hour: events of further ones are collected here`,
  culprit: null,
  transaction: null,
  filename: null,
  function: null,
  logger: null,
}

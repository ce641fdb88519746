import type { DataCategory } from '@mayday/protocol/data-category'
import type { Outcome } from '@mayday/protocol/outcome'
import { type Database, type Statements, sql } from '../db/sql.ts'

export type OutcomeKey = {
  projectId: number
  keyId: number
  outcome: Outcome
  reason: string
  category: DataCategory
  /** Absent: the hour of the call. */
  hour?: Date
}

export type OutcomeRow = OutcomeKey & { hour: Date; n: number }

const HOUR_MS = 60 * 60 * 1000

function startOfHour(timeMs: number): Date {
  return new Date(timeMs - (timeMs % HOUR_MS))
}

/**
 * What intake refuses, counted in memory so that a refusal costs no statement. Whoever made the
 * counter flushes it every few seconds and at the end.
 */
export class OutcomeCounter {
  #rows = new Map<string, OutcomeRow>()

  count(key: OutcomeKey, quantity = 1): void {
    const hour = key.hour ?? startOfHour(Date.now())
    add(this.#rows, { ...key, hour, n: quantity })
  }

  /** Adds the counts to the table; on failure they are kept for the next flush. */
  async flush(database: Database): Promise<void> {
    const rows = this.#rows
    if (rows.size === 0) return
    this.#rows = new Map()
    try {
      await addOutcomes(database, [...rows.values()])
    } catch (error) {
      for (const row of rows.values()) add(this.#rows, row)
      throw error
    }
  }
}

/**
 * One statement, its rows in the order of their keys, so that two writers never wait for each other
 * in a circle. Rows of projects that are gone are left out.
 */
export async function addOutcomes(database: Statements, rows: OutcomeRow[]): Promise<void> {
  const unique = new Map<string, OutcomeRow>()
  for (const row of rows) add(unique, { ...row, hour: startOfHour(row.hour.getTime()) })
  if (unique.size === 0) return
  const sorted = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  await sql(database, ADD, [
    sorted.map((row) => row.projectId),
    sorted.map((row) => row.keyId),
    sorted.map((row) => row.hour.toISOString()),
    sorted.map((row) => row.outcome),
    sorted.map((row) => row.reason),
    sorted.map((row) => row.category),
    sorted.map((row) => row.n),
  ])
}

const ADD = `
insert into outcome_hour (project_id, key_id, hour, outcome, reason, category, n)
select a.* from unnest($1::int[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
  $7::bigint[]) as a(project_id, key_id, hour, outcome, reason, category, n)
where exists (select from project where project.id = a.project_id)
on conflict (project_id, hour, key_id, outcome, reason, category)
do update set n = outcome_hour.n + excluded.n`

function add(rows: Map<string, OutcomeRow>, row: OutcomeRow): void {
  const key = sortableKey(row)
  const known = rows.get(key)
  if (known) known.n += row.n
  else rows.set(key, { ...row })
}

function sortableKey(row: OutcomeRow): string {
  const { projectId, hour, keyId, outcome, reason, category } = row
  const ids = [projectId, hour.getTime(), keyId].map((number) => String(number).padStart(16, '0'))
  return [...ids, outcome, reason, category].join('|')
}

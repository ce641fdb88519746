import { randomUUID } from 'node:crypto'
import { type Statements, sql } from '../db/sql.ts'
import { nextDue, type Schedule } from './schedule.ts'

const MOST_AT_ONCE = 1000

export type Overdue = { missed: number; timedOut: number }

/**
 * Books what did not happen: runs that are over their time end as `timeout`, and a task that has not
 * begun when it was due, and a margin later, has `missed`. To be called when every check-in that was
 * accepted has been digested, or those that wait would be missed.
 */
export async function bookOverdue(database: Statements, nowMs: number): Promise<Overdue> {
  const now = new Date(nowMs)
  const timedOut = await sql(database, TIME_OUT, [now])
  const due = await sql<Due>(database, DUE, [now])
  for (const one of due) await miss(database, one, nowMs)
  return { missed: due.length, timedOut: timedOut.length }
}

type Due = {
  monitorId: number
  environment: string
  dueAt: Date
  schedule: Schedule
  timezone: string
}

const TIME_OUT = `
with late as (
  update check_in set status = 'timeout', finished_at = $1 from monitor
  where check_in.status = 'in_progress' and monitor.id = check_in.monitor_id
    and check_in.started_at < $1::timestamptz - monitor.runtime_minutes * interval '1 minute'
  returning check_in.monitor_id, check_in.environment)
update monitor_environment set status = 'timeout' from late
where monitor_environment.monitor_id = late.monitor_id
  and monitor_environment.environment = late.environment
returning 1`

const DUE = `
select e.monitor_id as "monitorId", e.environment, e.next_due_at as "dueAt", m.schedule, m.timezone
from monitor_environment e join monitor m on m.id = e.monitor_id
where e.next_due_at < $1::timestamptz - m.margin_minutes * interval '1 minute'
  and m.schedule is not null
order by e.next_due_at limit ${MOST_AT_ONCE}`

async function miss(database: Statements, due: Due, nowMs: number): Promise<void> {
  const { monitorId, environment, dueAt, schedule, timezone } = due
  // After a long time without a server only the first one is told: nobody watched the others.
  const following = nextDue(schedule, timezone, dueAt.getTime())
  const isPast = following !== undefined && following < nowMs
  const next = isPast ? nextDue(schedule, timezone, nowMs) : following
  await sql(database, MISS, [
    monitorId,
    environment,
    dueAt,
    next === undefined ? null : new Date(next),
    randomUUID(),
  ])
}

/** Only if nothing has come meanwhile. */
const MISS = `
with missed as (
  update monitor_environment set status = 'missed', next_due_at = $4
  where monitor_id = $1 and environment = $2 and next_due_at = $3
  returning monitor_id)
insert into check_in (monitor_id, check_in_id, environment, status, started_at, finished_at)
select monitor_id, $5, $2, 'missed', $3, $3 from missed`

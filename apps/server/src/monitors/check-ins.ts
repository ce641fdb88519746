import { createHash } from 'node:crypto'
import { type Statements, sqlOne } from '../db/sql.ts'
import { nextDue, type Schedule } from './schedule.ts'

export type CheckInReport = {
  projectId: number
  receivedAtMs: number
  slug: string
  /** 32 hex digits; null for the run that is under way. */
  checkInId: string | null
  status: 'in_progress' | 'ok' | 'error'
  environment: string
  release: string | null
  durationMs: number | null
  /** Makes the monitor, or changes it. */
  settings: MonitorSettings | undefined
}

export type MonitorSettings = {
  schedule: Schedule | null
  timezone: string
  marginMinutes: number
  runtimeMinutes: number
}

/** Somebody who makes up names must not fill the list. */
const MOST_MONITORS = 500

/**
 * Books one check-in: the monitor is made where it is new, the run begun or ended, and the time found
 * at which the next one is due. The same check-in again changes nothing.
 *
 * @returns false when the project has as many monitors as it may
 */
export async function bookCheckIn(database: Statements, report: CheckInReport): Promise<boolean> {
  const monitor = await ensureMonitor(database, report)
  if (monitor === undefined) return false
  const { environment, status, durationMs, release, receivedAtMs } = report
  const isRunning = status === 'in_progress'
  const startedAtMs = isRunning ? receivedAtMs : receivedAtMs - (durationMs ?? 0)
  const run = await sqlOne<{ startedAt: Date }>(database, BOOK, [
    monitor.id,
    report.checkInId ?? (await runUnderWay(database, monitor.id, report)),
    environment,
    status,
    new Date(startedAtMs),
    isRunning ? null : new Date(receivedAtMs),
    durationMs,
    release,
  ])
  // Ended before, by itself or by being late: it stays what it was.
  if (run === undefined) return true
  const due = monitor.schedule && nextDue(monitor.schedule, monitor.timezone, +run.startedAt)
  await sqlOne(database, BOOK_ENVIRONMENT, [
    monitor.id,
    environment,
    status,
    new Date(receivedAtMs),
    due ? new Date(due) : null,
  ])
  return true
}

type Monitor = { id: number; schedule: Schedule | null; timezone: string }

function ensureMonitor(
  database: Statements,
  { projectId, slug, settings }: CheckInReport,
): Promise<Monitor | undefined> {
  return sqlOne<Monitor>(database, ENSURE, [
    projectId,
    slug,
    settings?.schedule ? JSON.stringify(settings.schedule) : null,
    settings?.timezone ?? 'UTC',
    settings?.marginMinutes ?? 1,
    settings?.runtimeMinutes ?? 30,
    settings !== undefined,
  ])
}

const ENSURE = `
insert into monitor (project_id, slug, schedule, timezone, margin_minutes, runtime_minutes)
select $1, $2, $3::jsonb, $4, $5, $6
where exists (select from monitor where project_id = $1 and slug = $2)
  or (select count(*) from monitor where project_id = $1) < ${MOST_MONITORS}
on conflict on constraint uq_monitor_slug do update set
  schedule = case when $7 then coalesce(excluded.schedule, monitor.schedule) else monitor.schedule end,
  timezone = case when $7 then excluded.timezone else monitor.timezone end,
  margin_minutes = case when $7 then excluded.margin_minutes else monitor.margin_minutes end,
  runtime_minutes = case when $7 then excluded.runtime_minutes else monitor.runtime_minutes end
returning id, schedule, timezone`

async function runUnderWay(
  database: Statements,
  monitorId: number,
  report: CheckInReport,
): Promise<string> {
  const run = await sqlOne<{ id: string }>(
    database,
    `select check_in_id as id from check_in where monitor_id = $1 and environment = $2
       and status = 'in_progress' order by started_at desc limit 1`,
    [monitorId, report.environment],
  )
  if (run) return run.id
  // The same id when the record is digested again.
  const seed = `${monitorId}:${report.environment}:${report.receivedAtMs}:${report.status}`
  return createHash('sha256').update(seed).digest('hex').slice(0, 32)
}

/** A run that has ended is not begun again by a check-in that came late. */
const BOOK = `
insert into check_in (monitor_id, check_in_id, environment, status, started_at, finished_at,
  duration_ms, release)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict on constraint pk_check_in do update set
  status = excluded.status, finished_at = excluded.finished_at,
  duration_ms = coalesce(excluded.duration_ms,
    (extract(epoch from excluded.finished_at - check_in.started_at) * 1000)::bigint)
where check_in.status = 'in_progress' and excluded.status <> 'in_progress'
returning started_at as "startedAt"`

const BOOK_ENVIRONMENT = `
insert into monitor_environment (monitor_id, environment, status, last_check_in_at, next_due_at)
values ($1, $2, $3, $4, $5)
on conflict on constraint pk_monitor_environment do update set
  status = case when excluded.status = 'in_progress' then monitor_environment.status
    else excluded.status end,
  last_check_in_at = greatest(monitor_environment.last_check_in_at, excluded.last_check_in_at),
  next_due_at = greatest(monitor_environment.next_due_at, excluded.next_due_at)`

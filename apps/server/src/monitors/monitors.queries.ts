import { MONITOR_STATUSES, type Monitor, type MonitorCheckIn } from '@mayday/protocol/api/monitors'
import { iso } from '../db/iso.ts'
import { type Database, sql, sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { type Cursor, type Keyed, type Page, toPage } from '../http/page.ts'
import type { Schedule } from './schedule.ts'

type Status = (typeof MONITOR_STATUSES)[number]

type Row = Omit<Monitor, 'config' | 'status' | 'name'> & {
  schedule: Schedule | null
  timezone: string
  margin: number
  runtime: number
}

const RECENT = 30
/** From best to worst. */
const ORDER: Status[] = ['active', 'in_progress', 'ok', 'missed', 'timeout', 'error']

/** All monitors of the projects, by name. */
export async function listMonitors(
  database: Database,
  projectIds: readonly number[],
): Promise<Monitor[]> {
  const rows = await sql<Row>(
    database,
    `${SELECT} where m.project_id = any($1::int[]) ${BY_NAME}`,
    [projectIds],
  )
  return rows.map(monitorOf)
}

/** @throws AppError `not_found` */
export async function findMonitor(
  database: Database,
  projectId: number,
  slug: string,
): Promise<Monitor> {
  const statement = `${SELECT} where m.project_id = $1 and m.slug = $2`
  const row = await sqlOne<Row>(database, statement, [projectId, slug])
  if (row === undefined) throw new AppError('not_found', 'The project has no monitor of this name.')
  return monitorOf(row)
}

const SELECT = `
select m.id::text, m.slug, json_build_object('id', p.id::text, 'slug', p.slug) as project,
  m.schedule, m.timezone, m.margin_minutes as margin, m.runtime_minutes as runtime,
  ${iso('m.created_at')} as "dateCreated",
  coalesce((select json_agg(json_build_object('name', e.environment, 'status', e.status,
      'lastCheckIn', ${iso('e.last_check_in_at')}, 'nextCheckIn', ${iso('e.next_due_at')})
      order by e.environment)
    from monitor_environment e where e.monitor_id = m.id), '[]') as environments,
  coalesce((select json_agg(status order by started_at)
    from (select status, started_at from check_in c where c.monitor_id = m.id
      order by started_at desc limit ${RECENT}) newest), '[]') as recent
from monitor m join project p on p.id = m.project_id`
const BY_NAME = 'order by m.slug, m.id'

function monitorOf({ schedule, timezone, margin, runtime, ...row }: Row): Monitor {
  const worst = Math.max(0, ...row.environments.map(({ status }) => ORDER.indexOf(status)))
  return {
    ...row,
    name: row.slug,
    status: ORDER[worst] ?? 'active',
    config: {
      schedule_type: schedule?.type ?? null,
      schedule:
        schedule?.type === 'interval' ? [schedule.value, schedule.unit] : (schedule?.value ?? null),
      timezone,
      checkin_margin: margin,
      max_runtime: runtime,
    },
  }
}

/** One page of a monitor's check-ins, the newest first. */
export async function listCheckIns(
  database: Database,
  monitorId: string,
  { limit, cursor }: { limit: number; cursor: Cursor | undefined },
): Promise<Page<MonitorCheckIn & Keyed>> {
  const direction = cursor?.isPrevious ? 'asc' : 'desc'
  const sign = cursor?.isPrevious ? '>' : '<'
  const rows = await sql<MonitorCheckIn & Keyed>(
    database,
    `select replace(check_in_id::text, '-', '') as id, environment, status, release,
       ${iso('started_at')} as "dateCreated", duration_ms::float8 as duration,
       (extract(epoch from started_at) * 1000000)::bigint::text as "sortValue",
       replace(check_in_id::text, '-', '') as "rowId"
     from check_in where monitor_id = $1
       ${cursor ? `and (started_at, check_in_id) ${sign} ('epoch'::timestamptz + $3::bigint * interval '1 microsecond', $4::uuid)` : ''}
     order by started_at ${direction}, check_in_id ${direction} limit $2`,
    [monitorId, limit + 1, ...(cursor ? [cursor.value, cursor.row.padStart(32, '0')] : [])],
  )
  return toPage(rows, limit, cursor)
}

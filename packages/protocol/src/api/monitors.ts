import { z } from 'zod'

/** What a scheduled task did last: `active` until anything is known. */
export const MONITOR_STATUSES = [
  'active',
  'ok',
  'error',
  'in_progress',
  'missed',
  'timeout',
] as const
const MonitorStatus = z.enum(MONITOR_STATUSES)

/** A scheduled task that is watched. Sentry's field names. */
export const Monitor = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    /** The worst of its environments. */
    status: MonitorStatus,
    project: z.object({ id: z.string(), slug: z.string() }),
    config: z.object({
      schedule_type: z.enum(['crontab', 'interval']).nullable(),
      /** A cron pattern, or `[number, unit]`. */
      schedule: z.union([z.string(), z.tuple([z.number(), z.string()])]).nullable(),
      timezone: z.string(),
      /** Minutes for which it may be late. */
      checkin_margin: z.number(),
      /** Minutes for which it may run. */
      max_runtime: z.number(),
    }),
    environments: z.array(
      z.object({
        name: z.string(),
        status: MonitorStatus,
        lastCheckIn: z.string(),
        nextCheckIn: z.string().nullable(),
      }),
    ),
    dateCreated: z.string(),
    /** Statuses of the newest check-ins, oldest first, at most 30. */
    recent: z.array(MonitorStatus),
  })
  .meta({ id: 'Monitor' })
export type Monitor = z.infer<typeof Monitor>

/** One run of a scheduled task, or one that did not happen. */
export const MonitorCheckIn = z
  .object({
    id: z.string(),
    environment: z.string(),
    status: MonitorStatus,
    dateCreated: z.string(),
    /** Milliseconds; null while it runs. */
    duration: z.number().nullable(),
    release: z.string().nullable(),
  })
  .meta({ id: 'MonitorCheckIn' })
export type MonitorCheckIn = z.infer<typeof MonitorCheckIn>

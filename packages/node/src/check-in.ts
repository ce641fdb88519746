import { newEventId } from './capture.ts'
import { getClient } from './client.ts'
import { withIsolationScope } from './current-scope.ts'
import { readProperty } from './failed-request.ts'

/** What happened to a scheduled task, in the words of Sentry's check-ins. */
export type CheckIn = {
  /** Name of the monitor, such as `nightly-report`. */
  monitorSlug: string
  status: 'in_progress' | 'ok' | 'error'
  /** What the first check-in of this run gave back. */
  checkInId?: string | undefined
  /** Seconds that it took. */
  duration?: number | undefined
}

/** When a task is due, and for how long it may run. */
export type MonitorConfig = {
  schedule:
    | { type: 'crontab'; value: string }
    | {
        type: 'interval'
        value: number
        unit: 'year' | 'month' | 'week' | 'day' | 'hour' | 'minute'
      }
  /** Minutes for which a run may be late. */
  checkinMargin?: number | undefined
  /** Minutes after which a run counts as failed. */
  maxRuntime?: number | undefined
  /** Such as `Europe/Berlin`. @default UTC, as the server has it */
  timezone?: string | undefined
  failureIssueThreshold?: number | undefined
  recoveryThreshold?: number | undefined
  /** Of Sentry's, and without effect: each run has user, tags and breadcrumbs of its own anyway. */
  isolateTrace?: boolean | undefined
}

/**
 * Tells the server how a scheduled task is doing. Never throws.
 *
 * @param config makes or changes the monitor
 * @returns the id of the check-in, to be given with the next one of the same run
 */
export function captureCheckIn(checkIn: CheckIn, config?: MonitorConfig): string {
  const id = checkIn.checkInId ?? newEventId()
  const client = getClient()
  try {
    const { environment, release } = client?.options ?? {}
    const payload = {
      check_in_id: id,
      monitor_slug: checkIn.monitorSlug,
      status: checkIn.status,
      ...(environment === undefined ? {} : { environment }),
      ...(release === undefined ? {} : { release }),
      ...(checkIn.duration === undefined ? {} : { duration: checkIn.duration }),
      ...(config === undefined ? {} : { monitor_config: wireConfig(config) }),
    }
    client?.transport?.send({
      eventId: id,
      category: 'monitor',
      itemType: 'check_in',
      payload: Buffer.from(JSON.stringify(payload)),
    })
  } catch (error) {
    client?.log(`check-in lost: ${String(error)}`)
    client?.transport?.drop('internal_sdk_error', 'monitor')
  }
  return id
}

/**
 * Runs a scheduled task with a check-in before it and one after, `ok` or, if it throws or rejects,
 * `error`. The error itself is thrown on and not captured here: it is reported where it ends up.
 *
 * @returns what `task` returns
 *
 * @example
 * cron.schedule('0 3 * * *', () => Mayday.withMonitor('nightly-report', report))
 */
export function withMonitor<T>(slug: string, task: () => T, config?: MonitorConfig): T {
  const checkInId = captureCheckIn({ monitorSlug: slug, status: 'in_progress' }, config)
  const startedAtMs = performance.now()
  const finish = (status: 'ok' | 'error') => {
    const duration = Math.round(performance.now() - startedAtMs) / 1000
    captureCheckIn({ monitorSlug: slug, status, checkInId, duration })
  }
  return withIsolationScope(() => {
    let result: T
    try {
      result = task()
    } catch (error) {
      finish('error')
      throw error
    }
    if (isPromise(result)) return watch(result, finish) as T
    finish('ok')
    return result
  })
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof readProperty(value, 'then') === 'function'
}

async function watch<T>(
  result: PromiseLike<T>,
  finish: (status: 'ok' | 'error') => void,
): Promise<T> {
  try {
    const value = await result
    finish('ok')
    return value
  } catch (error) {
    finish('error')
    throw error
  }
}

function wireConfig(config: MonitorConfig): Record<string, unknown> {
  const entries = {
    schedule: config.schedule,
    checkin_margin: config.checkinMargin,
    max_runtime: config.maxRuntime,
    timezone: config.timezone,
    failure_issue_threshold: config.failureIssueThreshold,
    recovery_threshold: config.recoveryThreshold,
  }
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined))
}

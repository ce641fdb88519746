import type { Item } from '@mayday/protocol/envelope'
import { MAX_ENVIRONMENT_CHARS, MAX_RELEASE_CHARS } from '@mayday/protocol/limits'
import { parseEventJson } from '../../events/normalize/event-json.ts'
import { isRaw, type Raw } from '../../events/normalize/fields.ts'
import type { JournalRecord } from '../../journal/record.ts'
import type { CheckInReport, MonitorSettings } from '../../monitors/check-ins.ts'
import { isTimezone, parseSchedule } from '../../monitors/schedule.ts'
import { Rejected } from '../states.ts'
import { plainText } from './plain-text.ts'

const MAX_SLUG_CHARS = 50
const MAX_MINUTES = 40_320
const NIL = /^[0-]*$/
const ID = /^[0-9a-f]{32}$/

/** Item `check_in`: what a scheduled task says of a run. */
export function readCheckIn(record: JournalRecord, item: Item): CheckInReport {
  const raw = parse(item)
  const slug = slugOf(raw.monitor_slug)
  if (slug === '') throw new Rejected('invalid', 'no_data')
  const duration = raw.duration
  const settings = isRaw(raw.monitor_config) ? settingsOf(raw.monitor_config) : undefined
  return {
    projectId: record.projectId,
    receivedAtMs: record.receivedAtMs,
    slug,
    checkInId: idOf(raw.check_in_id),
    status: raw.status === 'ok' || raw.status === 'in_progress' ? raw.status : 'error',
    environment: plainText(raw.environment, MAX_ENVIRONMENT_CHARS) ?? 'production',
    release: plainText(raw.release, MAX_RELEASE_CHARS),
    durationMs: isDuration(duration) ? Math.round(duration * 1000) : null,
    settings,
  }
}

function parse({ payload }: Item): Raw {
  try {
    const raw: unknown = parseEventJson(payload)
    if (isRaw(raw)) return raw
  } catch {
    // V8's message shows a part of the text, which must not end in a log.
  }
  throw new Rejected('invalid', 'invalid_json')
}

/** As Sentry writes them: two spellings of one name are one monitor. */
function slugOf(value: unknown): string {
  const text = plainText(value, 200) ?? ''
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, MAX_SLUG_CHARS)
}

/** Null stands for the run that is under way. */
function idOf(value: unknown): string | null {
  const id = typeof value === 'string' ? value.replaceAll('-', '').toLowerCase() : ''
  return NIL.test(id) || !ID.test(id) ? null : id
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 1e9
}

function settingsOf(config: Raw): MonitorSettings {
  const timezone = isTimezone(config.timezone) ? config.timezone : 'UTC'
  return {
    schedule: parseSchedule(config.schedule, timezone) ?? null,
    timezone,
    marginMinutes: minutesOf(config.checkin_margin, 1),
    runtimeMinutes: minutesOf(config.max_runtime, 30),
  }
}

function minutesOf(value: unknown, fallback: number): number {
  const isUsable = typeof value === 'number' && value >= 1 && value <= MAX_MINUTES
  return isUsable ? Math.round(value) : fallback
}

import { MAX_TIMESTAMP_AHEAD_SECONDS, MIN_CLOCK_DRIFT_SECONDS } from '@mayday/protocol/limits'
import type { Notes } from './notes.ts'

const MAX_AGE_SECONDS = 30 * 24 * 60 * 60
/** Seconds above this lie in the year 5138; what is larger was meant as milliseconds. */
const MAX_SECONDS = 1e11
const MAX_MILLISECONDS = 1e14

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

/**
 * Seconds since 1970 out of any spelling: a number, a number in a string, ISO 8601 with zone or
 * without (then UTC). Undefined for everything else, and for times before 1970.
 */
export function parseTimestamp(value: unknown): number | undefined {
  const seconds = typeof value === 'string' ? secondsOfText(value.trim()) : ofNumber(value)
  return seconds !== undefined && seconds >= 0 ? seconds : undefined
}

function ofNumber(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value <= MAX_MILLISECONDS)) return undefined
  return value > MAX_SECONDS ? value / 1000 : value
}

function secondsOfText(text: string): number | undefined {
  return /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? ofNumber(Number(text)) : secondsOfIso(text)
}

function secondsOfIso(text: string): number | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone] = match
  const at = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute, +second)
  // Date.UTC turns 31 February into 3 March, and the years 0 to 99 into 1900 and on.
  const date = new Date(at)
  if (date.getUTCMonth() !== +month! - 1 || date.getUTCFullYear() !== +year!) return undefined
  return at / 1000 + Number(`0.${fraction}`) - zoneSeconds(zone)
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0
  const minutes = zone.length > 3 ? Number(zone.slice(-2)) : 0
  const seconds = Number(zone.slice(1, 3)) * 3600 + minutes * 60
  return zone.startsWith('-') ? -seconds : seconds
}

/**
 * How far the client's clock lags behind ours, to be added to all its times; 0 when it is right
 * within what a slow network explains.
 */
export function clockDrift(sentAt: number | undefined, receivedAt: number): number {
  if (sentAt === undefined) return 0
  const drift = receivedAt - sentAt
  return Math.abs(drift) >= MIN_CLOCK_DRIFT_SECONDS ? drift : 0
}

/** When the event happened, or was received where the client's word cannot be right. In seconds. */
export function eventTimestamp(
  value: unknown,
  receivedAt: number,
  drift: number,
  notes: Notes,
): number {
  if (value === undefined || value === null) return receivedAt
  const parsed = parseTimestamp(value)
  if (parsed === undefined) {
    notes.add('invalid_data', 'timestamp', value)
    return receivedAt
  }
  const timestamp = parsed + drift
  if (timestamp > receivedAt + MAX_TIMESTAMP_AHEAD_SECONDS) {
    notes.add('future_timestamp', 'timestamp', value)
    return receivedAt
  }
  if (timestamp < receivedAt - MAX_AGE_SECONDS) {
    notes.add('past_timestamp', 'timestamp', value)
    return receivedAt
  }
  if (drift !== 0) notes.add('clock_drift', 'timestamp', value)
  return timestamp
}

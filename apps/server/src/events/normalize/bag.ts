import { MAX_STORED_DEPTH } from '@mayday/protocol/limits'
import { isRaw, isUnsafeKey, type Raw } from './fields.ts'
import { cut, type Notes } from './notes.ts'

/** Stands where something was cut out. */
const MARK = '…'
const MAX_KEY_CHARS = 200
/** Of quotes, colon and comma around each member. */
const MEMBER_CHARS = 4

type Budget = { left: number }

/**
 * An object of free data within its limits. Size counts as characters of JSON, which is close enough
 * to bytes to keep pages small and costs no encoding.
 */
export function bag(raw: Raw, name: string, maxBytes: number, notes: Notes): Raw | undefined {
  const value = raw[name]
  if (value === undefined || value === null) return undefined
  if (isRaw(value)) return trimmed(value, name, maxBytes, notes) as Raw
  notes.add('invalid_data', name, value)
  return undefined
}

/**
 * Any JSON within its limits. What fits already, as most does, is returned as it is; else a copy
 * with marks where something was cut out.
 */
export function trimmed(value: unknown, name: string, maxBytes: number, notes: Notes): unknown {
  if (fits(value, 0, { left: maxBytes })) return value
  const budget = { left: maxBytes }
  const copy = trim(value, 0, budget)
  // A copy is made for unsafe keys and numbers too; those are no loss to tell of.
  if (budget.left <= 0 || !fits(value, 0, { left: Number.POSITIVE_INFINITY })) {
    notes.add('value_too_long', name)
  }
  return copy
}

/** Size of what `trimmed` gave, as it counts sizes. */
export function charsOf(value: unknown): number {
  const budget = { left: Number.MAX_SAFE_INTEGER }
  fits(value, 0, budget)
  return Number.MAX_SAFE_INTEGER - budget.left
}

function fits(value: unknown, depth: number, budget: Budget): boolean {
  if (typeof value === 'string') {
    budget.left -= value.length + MEMBER_CHARS
    return budget.left >= 0
  }
  if (typeof value === 'number') {
    budget.left -= MEMBER_CHARS * 2
    return isKept(value) && budget.left >= 0
  }
  if (typeof value !== 'object' || value === null) {
    budget.left -= MEMBER_CHARS * 2
    return budget.left >= 0
  }
  if (depth >= MAX_STORED_DEPTH) return false
  budget.left -= MEMBER_CHARS
  if (Array.isArray(value)) {
    for (const member of value) if (!fits(member, depth + 1, budget)) return false
    return budget.left >= 0
  }
  for (const key in value) {
    if (isUnsafeKey(key) || key.length > MAX_KEY_CHARS) return false
    budget.left -= key.length
    if (!fits((value as Raw)[key], depth + 1, budget)) return false
  }
  return budget.left >= 0
}

function trim(value: unknown, depth: number, budget: Budget): unknown {
  if (typeof value === 'string') {
    const room = Math.max(0, budget.left - MEMBER_CHARS)
    budget.left -= value.length + MEMBER_CHARS
    return value.length <= room ? value : cut(value, Math.max(0, room - 1)) + MARK
  }
  if (typeof value === 'number') {
    budget.left -= MEMBER_CHARS * 2
    return isKept(value) ? value : String(value)
  }
  if (typeof value !== 'object' || value === null) {
    budget.left -= MEMBER_CHARS * 2
    return value
  }
  if (depth >= MAX_STORED_DEPTH) {
    budget.left -= MEMBER_CHARS
    return Array.isArray(value) ? `[${MARK}]` : `{${MARK}}`
  }
  budget.left -= MEMBER_CHARS
  return Array.isArray(value)
    ? trimList(value, depth, budget)
    : trimObject(value as Raw, depth, budget)
}

function trimList(list: unknown[], depth: number, budget: Budget): unknown[] {
  const kept: unknown[] = []
  for (const member of list) {
    if (budget.left <= 0) {
      kept.push(`${MARK} ${list.length - kept.length} more`)
      break
    }
    kept.push(trim(member, depth + 1, budget))
  }
  return kept
}

function trimObject(object: Raw, depth: number, budget: Budget): Raw {
  const kept: Raw = {}
  let count = 0
  for (const key in object) {
    if (isUnsafeKey(key)) continue
    if (budget.left <= 0) {
      kept[MARK] = `${Object.keys(object).length - count} more`
      break
    }
    budget.left -= Math.min(key.length, MAX_KEY_CHARS)
    const name = key.length > MAX_KEY_CHARS ? cut(key, MAX_KEY_CHARS - 1) + MARK : key
    kept[name] = trim(object[key], depth + 1, budget)
    count++
  }
  return kept
}

/** JSON readers disagree about larger numbers; and `1e300` would grow to 301 digits in a database. */
function isKept(number: number): boolean {
  return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))
}

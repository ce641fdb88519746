import { cut, type Notes } from './notes.ts'

export type Raw = Record<string, unknown>

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys that are dropped wherever they stand: assigned to an object they would change what it is. */
export function isUnsafeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** A string field; longer ones are cut with a mark. Null counts as absent. */
export function text(raw: Raw, name: string, maxChars: number, notes: Notes): string | undefined {
  const value = raw[name]
  if (typeof value === 'string') {
    return value.length <= maxChars ? value : shortened(value, name, maxChars, notes)
  }
  if (value !== undefined && value !== null) notes.add('invalid_data', name, value)
  return undefined
}

/** As `text`, without spaces around, and absent when nothing is left. */
export function trimmedText(
  raw: Raw,
  name: string,
  maxChars: number,
  notes: Notes,
): string | undefined {
  return text(raw, name, maxChars, notes)?.trim() || undefined
}

/** A field that some SDKs send as a number or boolean, written as Sentry writes those. */
export function lenientText(
  raw: Raw,
  name: string,
  maxChars: number,
  notes: Notes,
): string | undefined {
  const written = scalarText(raw[name])
  if (written === undefined) return text(raw, name, maxChars, notes)
  return written.length <= maxChars ? written : shortened(written, name, maxChars, notes)
}

export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return undefined
}

function shortened(value: string, name: string, maxChars: number, notes: Notes): string {
  notes.add('value_too_long', name)
  return `${cut(value, maxChars - 1)}…`
}

export function boolean(raw: Raw, name: string, notes: Notes): boolean | undefined {
  const value = raw[name]
  if (typeof value === 'boolean') return value
  if (value !== undefined && value !== null) notes.add('invalid_data', name, value)
  return undefined
}

export function integer(raw: Raw, name: string, least: number, notes: Notes): number | undefined {
  const value = raw[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  if (value !== undefined && value !== null) notes.add('invalid_data', name, value)
  return undefined
}

/** An object field. */
export function object(raw: Raw, name: string, notes: Notes): Raw | undefined {
  const value = raw[name]
  if (isRaw(value)) return value
  if (value !== undefined && value !== null) notes.add('invalid_data', name, value)
  return undefined
}

/**
 * The members of a list in any of its three spellings: `[…]`, `{"values":[…]}`, or one member alone.
 * Nulls are skipped, and members that are no objects are dropped with a note.
 */
export function members(value: unknown, notes: Notes): Raw[] {
  if (value === undefined || value === null) return []
  const list = unwrapped(value)
  if (list === undefined) {
    notes.add('invalid_data', undefined, value)
    return []
  }
  if (list.every(isRaw)) return list
  return list.filter((member, i): member is Raw => {
    if (isRaw(member)) return true
    if (member !== null) notes.add('invalid_data', i, member)
    return false
  })
}

function unwrapped(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (!isRaw(value)) return undefined
  if (!Object.hasOwn(value, 'values')) return Object.keys(value).length > 0 ? [value] : []
  if (value.values === null) return []
  return Array.isArray(value.values) ? value.values : undefined
}

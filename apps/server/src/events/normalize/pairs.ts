import { isRaw, isUnsafeKey, scalarText } from './fields.ts'
import { cut, type Notes } from './notes.ts'

export type Pair = [name: string, value: string]

const MAX_PAIRS = 200
const MAX_NAME_CHARS = 200

/**
 * Headers, cookies, query: a map or a list of pairs, of which some senders give several values to a
 * name. Cut to `maxBytes` in all.
 */
export function pairs(value: unknown, name: string, maxBytes: number, notes: Notes): Pair[] {
  if (value === undefined || value === null) return []
  const raw = Array.isArray(value) ? value : isRaw(value) ? Object.entries(value) : undefined
  if (raw === undefined) {
    notes.add('invalid_data', name, value)
    return []
  }
  const all: Pair[] = []
  for (const member of raw) {
    const pair = pairOf(member)
    if (pair) all.push(pair)
    else if (!isEmptyPair(member)) notes.add('invalid_data', name, member)
  }
  return limited(all, name, maxBytes, notes)
}

export function limited(all: Pair[], name: string, maxBytes: number, notes: Notes): Pair[] {
  let left = maxBytes
  const kept: Pair[] = []
  for (const [key, value] of all) {
    if (left <= 0 || kept.length === MAX_PAIRS) break
    const room = Math.max(1, left - key.length)
    const shown = value.length <= room ? value : `${cut(value, room - 1)}…`
    kept.push([cut(key, MAX_NAME_CHARS), shown])
    left -= key.length + value.length
  }
  if (left < 0 || kept.length < all.length) notes.add('value_too_long', name)
  return kept
}

function pairOf(member: unknown): Pair | undefined {
  const [key, value] = Array.isArray(member)
    ? member
    : isRaw(member)
      ? [member.key, member.value]
      : []
  const name = scalarText(key)
  if (name === undefined || isUnsafeKey(name)) return undefined
  const written = Array.isArray(value)
    ? value
        .map(scalarText)
        .filter((part) => part !== undefined)
        .join(',')
    : scalarText(value)
  return written === undefined ? undefined : [name, written]
}

/** Null for a name or a value says that there is none. */
function isEmptyPair(member: unknown): boolean {
  if (member === null) return true
  if (!Array.isArray(member)) return false
  return member.length === 0 || member[0] === null || (member[1] ?? null) === null
}

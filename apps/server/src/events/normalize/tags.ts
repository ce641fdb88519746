import { MAX_TAG_KEY_CHARS, MAX_TAG_VALUE_CHARS, MAX_TAGS } from '@mayday/protocol/limits'
import { isRaw, isUnsafeKey, scalarText } from './fields.ts'
import { cut, type Notes } from './notes.ts'

const KEY = /^[\w.:-]+$/

/** Names of tags that the server derives from the event's own fields. */
const DERIVED = new Set(['release', 'dist', 'user', 'filename', 'function'])

/**
 * Tags as a map, a list of pairs or a list of `{key, value}`. The first of several values for a key
 * counts. `environment` is among them if it was sent as a tag.
 */
export function tags(value: unknown, notes: Notes): Record<string, string> {
  const tags: Record<string, string> = {}
  if (value === undefined || value === null) return tags
  const members = Array.isArray(value) ? value : isRaw(value) ? Object.entries(value) : undefined
  if (members === undefined) {
    notes.add('invalid_data', 'tags', value)
    return tags
  }
  notes.enter('tags')
  let count = 0
  for (const member of members) {
    if (count === MAX_TAGS) {
      notes.add('value_too_long')
      break
    }
    const [key, tagValue] = Array.isArray(member)
      ? member
      : isRaw(member)
        ? [member.key, member.value]
        : []
    if (addTag(tags, key, tagValue, notes)) count++
  }
  notes.leave()
  return tags
}

function addTag(
  tags: Record<string, string>,
  rawKey: unknown,
  rawValue: unknown,
  notes: Notes,
): boolean {
  if (rawKey === null || rawKey === undefined || rawValue === null || rawValue === undefined) {
    return false
  }
  const key = scalarText(rawKey)?.trim().replaceAll(' ', '-')
  if (!key || key.length > MAX_TAG_KEY_CHARS || !KEY.test(key) || isUnsafeKey(key)) {
    notes.add('invalid_data', undefined, rawKey)
    return false
  }
  if (DERIVED.has(key) || Object.hasOwn(tags, key)) return false
  const written = scalarText(rawValue)
  if (written === undefined) {
    notes.add('invalid_data', key, rawValue)
    return false
  }
  const value = oneLine(written).trim()
  if (value === '') return false
  if (value.length > MAX_TAG_VALUE_CHARS) notes.add('value_too_long', key)
  tags[key] = value.length > MAX_TAG_VALUE_CHARS ? `${cut(value, MAX_TAG_VALUE_CHARS - 1)}…` : value
  return true
}

function oneLine(value: string): string {
  return value.includes('\n') || value.includes('\r') ? value.replace(/[\r\n]+/g, ' ') : value
}

import type { ProcessingNote, SdkInfo } from '@mayday/protocol/event'
import {
  MAX_CONTEXT_BYTES,
  MAX_EXTRA_BYTES,
  MAX_EXTRA_VALUE_BYTES,
  MAX_MODULES_BYTES,
} from '@mayday/protocol/limits'
import { charsOf, trimmed } from './bag.ts'
import { isRaw, isUnsafeKey, members, object, type Raw, scalarText, text } from './fields.ts'
import { cut, type Notes } from './notes.ts'

const MAX_NAME_CHARS = 200
const MAX_IMAGES = 1_000
const MAX_SDK_PARTS = 200
const MAX_CLIENT_NOTES = 50

/** `{{ default }}` and the like are kept as they are. Never cut: a part of one is another one. */
export function fingerprint(raw: Raw, notes: Notes): string[] | undefined {
  const value = raw.fingerprint ?? undefined
  const list = isRaw(value) && Array.isArray(value.values) ? value.values : value
  if (list === undefined) return undefined
  const parts: string[] = []
  for (const part of Array.isArray(list) ? list : [list]) {
    const written = scalarText(typeof part === 'number' ? Math.trunc(part) : part)
    if (written) parts.push(written)
    else if (part !== null && part !== '') notes.add('invalid_data', 'fingerprint', part)
  }
  return parts.length > 0 ? parts : undefined
}

/** Versions by module name. */
export function modules(raw: Raw, notes: Notes): Record<string, string> | undefined {
  const value = object(raw, 'modules', notes)
  if (value === undefined) return undefined
  if (isPlain(value)) return value
  const kept: Record<string, string> = {}
  let left = MAX_MODULES_BYTES
  for (const name in value) {
    const version = value[name]
    const written = typeof version === 'string' ? version : scalarText(version)
    if (written === undefined) {
      if (version !== null) notes.add('invalid_data', `modules.${name}`, version)
      continue
    }
    left -= name.length + written.length
    if (left < 0) {
      notes.add('value_too_long', 'modules')
      break
    }
    if (!isUnsafeKey(name)) kept[name] = written
  }
  return Object.keys(kept).length > 0 ? kept : undefined
}

/** As nearly every SDK sends them; copying eighty names costs a tenth of all normalising. */
function isPlain(value: Raw): value is Record<string, string> {
  let left = MAX_MODULES_BYTES
  let count = 0
  for (const name in value) {
    const version = value[name]
    if (typeof version !== 'string' || isUnsafeKey(name)) return false
    left -= name.length + version.length
    count++
  }
  return count > 0 && left >= 0
}

export function extra(raw: Raw, name: string, notes: Notes): Raw | undefined {
  const value = object(raw, name, notes)
  if (value === undefined) return undefined
  const kept: Raw = {}
  let left = MAX_EXTRA_BYTES
  notes.enter('extra')
  for (const key in value) {
    if (isUnsafeKey(key)) continue
    if (left <= 0) {
      notes.add('value_too_long')
      break
    }
    const name = cut(key, MAX_NAME_CHARS)
    kept[name] = trimmed(value[key], name, Math.min(MAX_EXTRA_VALUE_BYTES, left), notes)
    left -= name.length + charsOf(kept[name])
  }
  notes.leave()
  return Object.keys(kept).length > 0 ? kept : undefined
}

export function sdk(value: unknown, notes: Notes): SdkInfo | undefined {
  if (value === undefined || value === null) return undefined
  const raw = object({ sdk: value }, 'sdk', notes)
  if (raw === undefined) return undefined
  notes.enter('sdk')
  const sdk: SdkInfo = {}
  const name = text(raw, 'name', MAX_NAME_CHARS, notes)
  if (name) sdk.name = name
  const version = text(raw, 'version', MAX_NAME_CHARS, notes)
  if (version) sdk.version = version
  if (Array.isArray(raw.integrations)) {
    const names = raw.integrations.filter((part): part is string => typeof part === 'string')
    sdk.integrations = names.slice(0, MAX_SDK_PARTS).map((part) => cut(part, MAX_NAME_CHARS))
  }
  if (Array.isArray(raw.packages)) {
    sdk.packages = raw.packages.filter(isRaw).slice(0, MAX_SDK_PARTS).flatMap(packageOf)
  }
  notes.leave()
  return Object.keys(sdk).length > 0 ? sdk : undefined
}

function packageOf(raw: Raw): { name: string; version: string }[] {
  const name = scalarText(raw.name)
  if (name === undefined) return []
  const version = scalarText(raw.version) ?? ''
  return [{ name: cut(name, MAX_NAME_CHARS), version: cut(version, MAX_NAME_CHARS) }]
}

/** Images tell which source maps and debug files belong to the code that ran. */
export function debugImages(raw: Raw, notes: Notes): Record<string, unknown>[] {
  const meta = object(raw, 'debug_meta', notes)
  if (meta === undefined) return []
  notes.enter('debug_meta')
  notes.enter('images')
  const images = members(meta.images, notes)
  if (images.length > MAX_IMAGES) notes.add('value_too_long')
  const kept = images
    .slice(0, MAX_IMAGES)
    .map((image, i) => trimmed(image, String(i), MAX_CONTEXT_BYTES, notes) as Raw)
  notes.leave()
  notes.leave()
  return kept
}

/** What the SDK itself noted about the event. */
export function clientNotes(raw: Raw): ProcessingNote[] {
  if (!Array.isArray(raw.errors)) return []
  return raw.errors
    .filter(isRaw)
    .slice(0, MAX_CLIENT_NOTES)
    .flatMap((note): ProcessingNote[] => {
      const type = scalarText(note.type)
      if (!type) return []
      const name = scalarText(note.name)
      const value = scalarText(note.value)
      return [
        {
          type: cut(type, MAX_NAME_CHARS),
          ...(name ? { name: cut(name, MAX_NAME_CHARS) } : {}),
          ...(value ? { value: cut(value, MAX_NAME_CHARS) } : {}),
        },
      ]
    })
}

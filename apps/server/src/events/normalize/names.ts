import { MAX_DIST_CHARS, MAX_ENVIRONMENT_CHARS, MAX_RELEASE_CHARS } from '@mayday/protocol/limits'
import { scalarText } from './fields.ts'
import type { Notes } from './notes.ts'

/** A release name, or undefined when it is none or not a valid one. */
export function releaseName(value: unknown, notes: Notes): string | undefined {
  return name(value, 'release', notes, (name) => {
    return name.length <= MAX_RELEASE_CHARS && !/[\n\r\t/\\]/.test(name) && !/^\.\.?$/.test(name)
  })
}

export function environmentName(value: unknown, notes: Notes): string | undefined {
  return name(value, 'environment', notes, (name) => {
    return name.length <= MAX_ENVIRONMENT_CHARS && !/[\n\r/]/.test(name) && name !== 'None'
  })
}

export function distName(value: unknown, notes: Notes): string | undefined {
  const written = typeof value === 'number' ? scalarText(value) : value
  return name(written, 'dist', notes, (name) => {
    return name.length <= MAX_DIST_CHARS && /^[\w.-]+$/.test(name)
  })
}

/** Such names identify: cut or repaired they would name something else, so wrong ones are dropped. */
function name(
  value: unknown,
  field: string,
  notes: Notes,
  isValid: (name: string) => boolean,
): string | undefined {
  if (value === undefined || value === null) return undefined
  const trimmed = typeof value === 'string' ? value.trim() : undefined
  if (trimmed === '') return undefined
  if (trimmed !== undefined && isValid(trimmed)) return trimmed
  notes.add('invalid_data', field, value)
  return undefined
}

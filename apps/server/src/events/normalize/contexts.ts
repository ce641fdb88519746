import { MAX_CONTEXT_BYTES } from '@mayday/protocol/limits'
import { bag } from './bag.ts'
import { isUnsafeKey, object, type Raw } from './fields.ts'
import type { Notes } from './notes.ts'

const MAX_CONTEXTS = 100
const MAX_NAME_CHARS = 200

export function contexts(
  raw: Raw,
  name: string,
  notes: Notes,
): Record<string, Record<string, unknown>> | undefined {
  const value = object(raw, name, notes)
  if (value === undefined) return undefined
  notes.enter('contexts')
  const contexts: Record<string, Record<string, unknown>> = {}
  let count = 0
  for (const key in value) {
    if (isUnsafeKey(key) || key.length > MAX_NAME_CHARS) continue
    if (count === MAX_CONTEXTS) {
      notes.add('value_too_long')
      break
    }
    const context = bag(value, key, MAX_CONTEXT_BYTES, notes)
    if (context === undefined) continue
    contexts[key] = context
    count++
  }
  notes.leave()
  return count > 0 ? contexts : undefined
}

import type { ProcessingNote } from '@mayday/protocol/event'

const MAX_NOTES = 100
const MAX_VALUE_CHARS = 200

/** Sentry's words for what happened to a field. */
export type NoteType =
  | 'invalid_data'
  | 'value_too_long'
  | 'past_timestamp'
  | 'future_timestamp'
  | 'clock_drift'

/** Collects what was dropped or changed. Knows where the normaliser is, so that notes can say it. */
export class Notes {
  readonly list: ProcessingNote[] = []
  readonly #path: (string | number)[] = []

  enter(segment: string | number): void {
    this.#path.push(segment)
  }

  leave(): void {
    this.#path.pop()
  }

  /** `name` is below the field that was entered last; none means that field itself. */
  add(type: NoteType, name?: string | number, value?: unknown): void {
    if (this.list.length >= MAX_NOTES) return
    const note: ProcessingNote = { type }
    const path = name === undefined ? this.#path : [...this.#path, name]
    if (path.length > 0) note.name = path.join('.').slice(0, MAX_VALUE_CHARS)
    if (value !== undefined) note.value = describe(value)
    this.list.push(note)
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return '[…]'
  if (typeof value === 'object' && value !== null) return '{…}'
  const text = String(value)
  return text.length > MAX_VALUE_CHARS ? `${cut(text, MAX_VALUE_CHARS - 1)}…` : text
}

/** At most so many UTF-16 code units, and no half of a surrogate pair at the end. */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const last = text.charCodeAt(maxChars - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxChars - 1 : maxChars)
}

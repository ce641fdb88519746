import type { LogEntry } from '@mayday/protocol/event'
import { MAX_MESSAGE_CHARS } from '@mayday/protocol/limits'
import { trimmed } from './bag.ts'
import { isRaw, type Raw, scalarText } from './fields.ts'
import { cut, type Notes } from './notes.ts'

const PLACEHOLDER = /%%|%\((\w{1,100})\)[sdifr]|%[sdifroOj]|\{(\w{0,100})\}/g

/**
 * The message out of its spellings: `logentry` as object or text, else `message` as either. Where
 * the SDK sent only a template, the parameters are put into it.
 */
export function logEntry(logentry: unknown, message: unknown, notes: Notes): LogEntry | undefined {
  return entryOf(logentry, 'logentry', notes) ?? entryOf(message, 'message', notes)
}

function entryOf(value: unknown, name: string, notes: Notes): LogEntry | undefined {
  // Some SDKs say `false` for none.
  if (value === undefined || value === null || value === '' || value === false) return undefined
  if (!isRaw(value)) {
    const formatted = written(value, name, notes)
    return formatted ? { formatted } : undefined
  }
  notes.enter(name)
  const entry: LogEntry = {}
  const template = written(value.message, 'message', notes)
  if (template) entry.message = template
  const params = paramsOf(value, notes)
  if (params) entry.params = params
  const formatted = written(value.formatted, 'formatted', notes) || interpolated(template, params)
  if (formatted) entry.formatted = formatted
  notes.leave()
  return entry.formatted || entry.message ? entry : undefined
}

/** Text as it is, all else as JSON. */
function written(value: unknown, name: string, notes: Notes): string | undefined {
  if (value === undefined || value === null) return undefined
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify(trimmed(value, name, MAX_MESSAGE_CHARS, notes))
  if (text.length <= MAX_MESSAGE_CHARS) return text
  notes.add('value_too_long', name)
  return `${cut(text, MAX_MESSAGE_CHARS - 1)}…`
}

function paramsOf(raw: Raw, notes: Notes): unknown[] | Raw | undefined {
  const { params } = raw
  if (params === undefined || params === null) return undefined
  if (Array.isArray(params) || isRaw(params)) {
    return trimmed(params, 'params', MAX_MESSAGE_CHARS, notes) as unknown[] | Raw
  }
  notes.add('invalid_data', 'params', params)
  return undefined
}

function interpolated(template: string | undefined, params: unknown[] | Raw | undefined) {
  if (!template || !params) return undefined
  let next = 0
  const value = (name: string | undefined): unknown => {
    if (Array.isArray(params)) return params[name && /^\d+$/.test(name) ? Number(name) : next++]
    return name && Object.hasOwn(params, name) ? params[name] : undefined
  }
  const text = template.replace(PLACEHOLDER, (whole, named?: string, braced?: string) => {
    if (whole === '%%') return '%'
    const found = value(named ?? braced)
    return found === undefined ? whole : (scalarText(found) ?? JSON.stringify(found))
  })
  return text.length <= MAX_MESSAGE_CHARS ? text : `${cut(text, MAX_MESSAGE_CHARS - 1)}…`
}

import type { EventPayload, Exception, Frame } from '@mayday/protocol/event'
import { messageOf } from './event-message.ts'
import { isObject, textOf } from './lenient.ts'

const MAX_VALUES = 64
const MAX_VALUE_CHARS = 8192
const PLACEHOLDER = /\{\{\s*([^{}\s]+)\s*\}\}/g
const DEFAULT = /^\{\{\s*default\s*\}\}$/

/** A fingerprint with its placeholders filled in; `default` marks the place of the default grouping. */
export type FingerprintValue = { text: string } | 'default'

/**
 * The event's fingerprint, or undefined when it has none or asks for the default alone. Blank values
 * do not count.
 */
export function fingerprintOf(
  event: EventPayload,
  main: Exception | undefined,
  crashFrame: Frame | undefined,
): FingerprintValue[] | undefined {
  const raw: unknown = event.fingerprint
  if (!Array.isArray(raw)) return undefined
  const values: FingerprintValue[] = []
  for (const item of raw.slice(0, MAX_VALUES) as unknown[]) {
    const text = itemText(item)
    if (text === '') continue
    if (!DEFAULT.test(text)) {
      values.push({ text: fill(text, event, main, crashFrame) })
    } else if (!values.includes('default')) {
      values.push('default')
    }
  }
  const asksMore = values.some((value) => value !== 'default')
  return asksMore ? values : undefined
}

function itemText(item: unknown): string {
  const isScalar = typeof item === 'number' || typeof item === 'boolean'
  return textOf(isScalar ? String(item) : item, MAX_VALUE_CHARS).trim()
}

function fill(
  text: string,
  event: EventPayload,
  main: Exception | undefined,
  frame: Frame | undefined,
): string {
  return text.replace(PLACEHOLDER, (_whole, name: string) =>
    placeholderValue(name, event, main, frame),
  )
}

function placeholderValue(
  name: string,
  event: EventPayload,
  main: Exception | undefined,
  frame: Frame | undefined,
): string {
  if (name.startsWith('tags.')) {
    const tag = name.slice('tags.'.length)
    return tagOf(tag, event) || `<no-value-for-tag-${tag}>`
  }
  const or = (value: unknown, missing: string): string =>
    textOf(value, MAX_VALUE_CHARS) || `<no-${missing}>`
  switch (name) {
    case 'transaction':
      return or(event.transaction, 'transaction')
    case 'message':
      return or(messageOf(event).formatted || main?.value, 'message')
    case 'type':
    case 'error.type':
      return or(main?.type, 'type')
    case 'value':
    case 'error.value':
      return or(main?.value, 'value')
    case 'function':
    case 'stack.function':
      return or(frame?.function, 'function')
    case 'path':
    case 'stack.abs_path':
      return or(textOf(frame?.abs_path, 1) ? frame?.abs_path : frame?.filename, 'abs-path')
    case 'stack.filename':
      return or(textOf(frame?.filename, 1) ? frame?.filename : frame?.abs_path, 'filename')
    case 'module':
    case 'stack.module':
      return or(frame?.module, 'module')
    case 'package':
    case 'stack.package':
      return or(textOf(frame?.package, MAX_VALUE_CHARS).split(/[/\\]/).at(-1), 'package')
    case 'level':
      return or(event.level, 'level')
    case 'logger':
      return or(event.logger, 'logger')
    default:
      return `<unrecognized-variable-${name}>`
  }
}

/** A tag of the event, or one of the fields that are shown among its tags. */
function tagOf(name: string, event: EventPayload): string {
  const tags: Record<string, unknown> = isObject(event.tags) ? event.tags : {}
  if (Object.hasOwn(tags, name)) return textOf(tags[name], MAX_VALUE_CHARS)
  switch (name) {
    case 'release':
    case 'environment':
    case 'server_name':
    case 'transaction':
    case 'level':
    case 'logger':
      return textOf(event[name], MAX_VALUE_CHARS)
    default:
      return ''
  }
}

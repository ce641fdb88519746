import type { EventPayload, Exception, Frame } from '@mayday/protocol/event'
import { messageOf } from './event-message.ts'
import { describeFrame } from './frame.ts'
import { displayFunction } from './function-name.ts'
import { isInApp } from './in-app.ts'
import { isObject, textOf } from './lenient.ts'

const MAX_TITLE_CHARS = 255
const MAX_TYPE_CHARS = 128
const MAX_VALUE_CHARS = 1024
const MAX_CULPRIT_CHARS = 200
const MAX_INPUT_CHARS = 8192

export const UNLABELED_TITLE = '<unlabeled event>'

/** How an event is named to people. */
export type Title = {
  title: string
  type: string | null
  value: string | null
  culprit: string | null
  kind: 'error' | 'default'
}

/**
 * Names an event: `Type: first line of the value`, or the message.
 *
 * `crashFrame` is the frame to blame, as `crashFrameOf` finds it.
 */
export function titleOf(
  event: EventPayload,
  main: Exception | undefined,
  crashFrame: Frame | undefined,
): Title {
  const culprit = culpritOf(event, crashFrame)
  if (main === undefined) {
    const message = plain(messageOf(event).formatted)
    const title = cut(firstLine(message), MAX_TITLE_CHARS) || UNLABELED_TITLE
    return {
      title,
      type: null,
      value: cut(message, MAX_VALUE_CHARS) || null,
      culprit,
      kind: 'default',
    }
  }
  const type = cut(firstLine(plain(typeOf(main, crashFrame, event.platform))), MAX_TYPE_CHARS)
  const value = cut(plain(textOf(main.value, MAX_INPUT_CHARS)).trim(), MAX_VALUE_CHARS)
  const line = firstLine(value) || (type === '' ? firstLine(plain(messageOf(event).formatted)) : '')
  const joined = type && line ? `${type}: ${line}` : type || line || '<unknown>'
  const title = cut(joined, MAX_TITLE_CHARS)
  return { title, type: type || null, value: value || null, culprit, kind: 'error' }
}

/** A type that the SDK made up says less than the function. */
function typeOf(main: Exception, crashFrame: Frame | undefined, platform: string): string {
  const type = textOf(main.type, MAX_INPUT_CHARS)
  // Without a type it is a captured message, whose text says it all.
  if (type === '' || !isObject(main.mechanism) || main.mechanism.synthetic !== true) return type
  return displayFunction(textOf(crashFrame?.function, MAX_INPUT_CHARS), platform)
}

/** Our own code is to blame; where none took part, the route says more than a dependency's file. */
function culpritOf(event: EventPayload, crashFrame: Frame | undefined): string | null {
  const place = crashFrame ? describeFrame(crashFrame, event.platform) : null
  const isApp = crashFrame !== undefined && isInApp(crashFrame, event.platform)
  const transaction = textOf(event.transaction, MAX_INPUT_CHARS)
  const culprit = (isApp && place) || transaction || place || urlPath(event)
  return cut(firstLine(plain(culprit)), MAX_CULPRIT_CHARS) || null
}

function urlPath(event: EventPayload): string {
  const url = isObject(event.request) ? textOf(event.request.url, MAX_INPUT_CHARS) : ''
  const afterScheme = url.indexOf('://')
  const pathAt = url.indexOf('/', afterScheme < 0 ? 0 : afterScheme + 3)
  return pathAt < 0 ? '' : (url.slice(pathAt).split(/[?#]/, 1)[0] ?? '')
}

function firstLine(text: string): string {
  const trimmed = text.trim()
  const end = trimmed.search(/[\r\n]/)
  return end < 0 ? trimmed : trimmed.slice(0, end).trimEnd()
}

/** Without control characters: PostgreSQL refuses NUL, and terminals obey the others. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]+/g, ' ')
}

function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${textOf(text, maxChars - 1).trimEnd()}…`
}

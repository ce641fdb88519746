import { inflateSync } from 'node:zlib'
import type { Envelope } from '@mayday/protocol/envelope'
import { ProtocolError } from '@mayday/protocol/errors'
import { newEventId, parseEventId } from '@mayday/protocol/event-id'
import { exceedsJsonDepth } from '@mayday/protocol/json-depth'
import { MAX_EVENT_BYTES, MAX_JSON_DEPTH } from '@mayday/protocol/limits'
import { invalid } from './refusal.ts'

const OPEN_BRACE = 0x7b
const NIL_ID = /^[0-]*$/

/**
 * The single event of a `/store/` request as an envelope. Old SDKs send JSON, or base64 of it, or
 * base64 of it packed by zlib.
 *
 * @throws Refusal 400 when it is none of these, 413 when it is larger than an event may be
 */
export function wrapStoredEvent(body: Buffer): Envelope {
  const bytes = trimStart(decode(trimStart(body)))
  if (bytes.length > MAX_EVENT_BYTES) throw tooLarge()
  if (exceedsJsonDepth(bytes, MAX_JSON_DEPTH)) {
    const message = `The event is nested deeper than ${MAX_JSON_DEPTH} levels.`
    throw invalid(400, 'too_deep', message)
  }
  const { event, json } = parseEvent(bytes)
  const type = event.type === 'transaction' ? 'transaction' : 'event'
  return {
    header: { event_id: eventIdOf(event) },
    items: [{ header: { type }, payload: json }],
  }
}

function decode(body: Buffer): Buffer {
  if (body.length === 0) throw invalid(400, 'no_data', 'The body is empty.')
  if (body[0] === OPEN_BRACE) return body
  // Base64 of the largest event; what is longer need not be looked at.
  if (body.length > MAX_EVENT_BYTES * 2) throw tooLarge()
  const text = body.toString('latin1').replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/_-]*=*$/.test(text)) {
    throw invalid(400, 'invalid_json', 'The body is neither JSON nor Base64 of JSON.')
  }
  const bytes = Buffer.from(text, 'base64')
  return trimStart(bytes)[0] === OPEN_BRACE ? bytes : inflate(bytes)
}

function inflate(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_EVENT_BYTES })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    const message = 'The body is Base64, but neither of JSON nor of zlib data.'
    throw invalid(400, 'invalid_encoding', message, cause)
  }
}

/** Byte order mark and white space. */
function trimStart(bytes: Buffer): Buffer {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (' \t\r\n'.includes(String.fromCharCode(bytes[start] ?? 0))) start++
  return bytes.subarray(start)
}

function parseEvent(bytes: Buffer): { event: Record<string, unknown>; json: Buffer } {
  const text = bytes.toString('utf8')
  try {
    return { event: asObject(JSON.parse(text)), json: bytes }
  } catch {
    // Old Python clients write NaN and Infinity, which are no JSON: once more, without them.
    const strict = withoutNonFinite(text)
    try {
      return { event: asObject(JSON.parse(strict)), json: Buffer.from(strict) }
    } catch (cause) {
      throw invalid(400, 'invalid_json', 'The event is not a JSON object.', cause)
    }
  }
}

/**
 * Strings are matched first and stay as they are. One without an end reaches to the end of the text:
 * else each quotation mark in it would be tried as a beginning, for minutes.
 */
function withoutNonFinite(text: string): string {
  const token = /"(?:[^"\\]|\\.)*(?:"|\\?$)|-?\b(?:NaN|Infinity)\b/gs
  return text.replace(token, (found) => (found.startsWith('"') ? found : 'null'))
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new SyntaxError('it is another kind of value')
}

function eventIdOf(event: Record<string, unknown>): string {
  const id = event.event_id
  if (typeof id !== 'string' || NIL_ID.test(id)) return newEventId()
  try {
    return parseEventId(id)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw invalid(400, 'invalid_event_id', error.message)
  }
}

function tooLarge() {
  return invalid(413, 'too_large', `The event is larger than ${MAX_EVENT_BYTES} bytes.`)
}

import { type Dsn, parseDsn } from './dsn.ts'
import { ProtocolError, type ProtocolErrorCode } from './errors.ts'
import { parseEventId } from './event-id.ts'
import { exceedsJsonDepth } from './json-depth.ts'
import { MAX_HEADER_LINE_BYTES, MAX_ITEMS, MAX_JSON_DEPTH } from './limits.ts'

/** First line of an envelope. Attributes that we do not know are kept. */
export type EnvelopeHeader = {
  /** 32 lower-case hex digits. Goes before the id in the event's own payload. */
  event_id?: string
  dsn?: string
  /** RFC 3339, by the client's clock. */
  sent_at?: string
  sdk?: Record<string, unknown>
  trace?: Record<string, unknown>
  [attribute: string]: unknown
}

/** Line before a payload. Attributes that we do not know are kept. */
export type ItemHeader = {
  type: string
  /** Bytes of the payload. {@link serializeEnvelope} sets it, whatever stands here. */
  length?: number
  content_type?: string
  filename?: string
  attachment_type?: string
  [attribute: string]: unknown
}

export type Item = { header: ItemHeader; payload: Uint8Array }
export type Envelope = { header: EnvelopeHeader; items: Item[] }

export type EnvelopeLimits = { maxHeaderLineBytes: number; maxItems: number }

const LIMITS: EnvelopeLimits = { maxHeaderLineBytes: MAX_HEADER_LINE_BYTES, maxItems: MAX_ITEMS }

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const TAB = 0x09

/** The wire format counts lengths in 32 bits. */
const MAX_LENGTH = 2 ** 32 - 1

/** Replaces what is not UTF-8 and strips a byte order mark, as is done with payloads. */
const decoder = new TextDecoder()
const encoder = new TextEncoder()

/**
 * Takes an unpacked envelope apart, as `{header}\n{item header}\n{payload}\n…`. Payloads are views
 * of `bytes`, not copies, and are not looked into. Takes what SDKs in the field send: items without
 * `length` (their payload ends at the line's end), blank lines between items, dashed event ids.
 *
 * @throws ProtocolError with the code of the first rule that is broken; nothing is kept then
 */
export function parseEnvelope(bytes: Uint8Array, limits: EnvelopeLimits = LIMITS): Envelope {
  const first = readHeaderLine(bytes, limits)
  const header = parseEnvelopeHeader(first.line)
  const items: Item[] = []
  let position = skipBlanks(bytes, first.next, limits)
  while (position < bytes.length) {
    if (items.length === limits.maxItems) {
      throw new ProtocolError(
        'too_many_items',
        `The envelope has more than ${limits.maxItems} items; send the rest in another.`,
      )
    }
    const { item, next } = readItem(bytes, position, items.length + 1, limits)
    items.push(item)
    position = skipBlanks(bytes, next, limits)
  }
  return { header, items }
}

/**
 * Reads only the first line, however long the rest.
 *
 * @throws ProtocolError as {@link parseEnvelope} does
 */
export function readEnvelopeHeader(bytes: Uint8Array): EnvelopeHeader {
  return parseEnvelopeHeader(readHeaderLine(bytes, LIMITS).line)
}

/**
 * The DSN in the first line, by which tunnels and some SDKs authenticate; undefined when it has none.
 *
 * @throws ProtocolError as {@link parseEnvelope} does, or `invalid_dsn`
 */
export function readEnvelopeDsn(bytes: Uint8Array): Dsn | undefined {
  const { dsn } = readEnvelopeHeader(bytes)
  return dsn === undefined ? undefined : parseDsn(dsn)
}

/**
 * Writes an envelope. Every item gets its `length`, so payloads may hold any bytes.
 *
 * @throws ProtocolError `header_line_too_long` or `too_many_items`, where no receiver would take it
 */
export function serializeEnvelope({ header, items }: Envelope): Uint8Array {
  if (items.length > MAX_ITEMS) {
    throw new ProtocolError('too_many_items', `An envelope holds at most ${MAX_ITEMS} items.`)
  }
  const parts = [headerLine(header)]
  for (const { header, payload } of items) {
    parts.push(headerLine({ ...header, length: payload.length }), payload, LINE_END)
  }
  return concatenate(parts)
}

function parseEnvelopeHeader(line: Uint8Array): EnvelopeHeader {
  const header = parseObject(line, 'invalid_envelope_header', 'The first line of the envelope')
  keepIf(header, 'dsn', isString)
  keepIf(header, 'sent_at', isString)
  keepIf(header, 'sdk', isObject)
  keepIf(header, 'trace', isObject)
  if (header.event_id == null) delete header.event_id
  else header.event_id = parseEventId(header.event_id)
  return header
}

function readItem(bytes: Uint8Array, position: number, number: number, limits: EnvelopeLimits) {
  const { line, next } = findLine(bytes, position, limits, `The header of item ${number}`)
  const header = parseItemHeader(line, number)
  const payload = readPayload(bytes, next, header.length, number)
  return { item: { header, payload }, next: next + payload.length + 1 }
}

function parseItemHeader(line: Uint8Array, number: number): ItemHeader {
  const what = `The header of item ${number}`
  const header = parseObject(line, 'invalid_item_header', what)
  const { type, length } = header
  if (typeof type !== 'string' || type === '') {
    throw new ProtocolError('invalid_item_header', `${what} has no type.`)
  }
  keepIf(header, 'content_type', isString)
  keepIf(header, 'filename', isString)
  keepIf(header, 'attachment_type', isString)
  if (length == null) {
    delete header.length
  } else if (!Number.isInteger(length) || Number(length) < 0 || Number(length) > MAX_LENGTH) {
    throw new ProtocolError(
      'invalid_item_length',
      `${what} has a length that is not a whole number of bytes from 0 to ${MAX_LENGTH}.`,
    )
  }
  return header as ItemHeader
}

function readPayload(
  bytes: Uint8Array,
  start: number,
  length: number | undefined,
  number: number,
): Uint8Array {
  if (length === undefined) {
    const end = bytes.indexOf(LINE_FEED, start)
    return bytes.subarray(Math.min(start, bytes.length), end === -1 ? bytes.length : end)
  }
  const available = Math.max(0, bytes.length - start)
  if (length > available) {
    throw new ProtocolError(
      'unexpected_end',
      `Item ${number} announces ${length} bytes, but the envelope ends after ${available}.`,
    )
  }
  if (length < available && bytes[start + length] !== LINE_FEED) {
    throw new ProtocolError(
      'missing_newline',
      `Item ${number} announces ${length} bytes, but no line feed follows them.`,
    )
  }
  return bytes.subarray(start, start + length)
}

function readHeaderLine(bytes: Uint8Array, limits: EnvelopeLimits) {
  if (bytes.length === 0) throw new ProtocolError('empty_envelope', 'The envelope is empty.')
  return findLine(bytes, 0, limits, 'The first line of the envelope')
}

/** Looks no further than the limit, so a body of one endless line costs nothing. */
function findLine(bytes: Uint8Array, start: number, limits: EnvelopeLimits, what: string) {
  const window = bytes.subarray(start, start + limits.maxHeaderLineBytes + 1)
  const lineFeed = window.indexOf(LINE_FEED)
  if (lineFeed === -1 && window.length > limits.maxHeaderLineBytes) {
    throw new ProtocolError(
      'header_line_too_long',
      `${what} is longer than ${limits.maxHeaderLineBytes} bytes.`,
    )
  }
  const line = lineFeed === -1 ? window : window.subarray(0, lineFeed)
  return { line, next: start + line.length + 1 }
}

function skipBlanks(bytes: Uint8Array, start: number, limits: EnvelopeLimits): number {
  const end = Math.min(bytes.length, start + limits.maxHeaderLineBytes)
  let position = start
  while (position < end && isBlank(bytes[position])) position++
  return position
}

function isBlank(byte: number | undefined): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === SPACE || byte === TAB
}

function parseObject(
  line: Uint8Array,
  code: ProtocolErrorCode,
  what: string,
): Record<string, unknown> {
  if (exceedsJsonDepth(line, MAX_JSON_DEPTH)) {
    throw new ProtocolError(code, `${what} is nested deeper than ${MAX_JSON_DEPTH} levels.`)
  }
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(line))
  } catch (cause) {
    throw new ProtocolError(code, `${what} is not JSON.`, { cause })
  }
  if (!isObject(value)) throw new ProtocolError(code, `${what} is not a JSON object.`)
  return value
}

/** An attribute of a wrong type is as good as absent; it does not cost the sender the envelope. */
function keepIf(
  header: Record<string, unknown>,
  name: string,
  isRight: (value: unknown) => boolean,
): void {
  if (!isRight(header[name])) delete header[name]
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const LINE_END = Uint8Array.of(LINE_FEED)

function headerLine(header: Record<string, unknown>): Uint8Array {
  const line = encoder.encode(`${JSON.stringify(header)}\n`)
  if (line.length - 1 > MAX_HEADER_LINE_BYTES) {
    throw new ProtocolError(
      'header_line_too_long',
      `A header of the envelope takes ${line.length - 1} bytes; at most ${MAX_HEADER_LINE_BYTES} are allowed.`,
    )
  }
  return line
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let position = 0
  for (const part of parts) {
    bytes.set(part, position)
    position += part.length
  }
  return bytes
}

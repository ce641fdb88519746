import { crc32 } from 'node:zlib'
import { BODY_ENCODINGS, type BodyEncoding, type JournalRecord } from './record.ts'
import { MARKER_BYTES, type Marker } from './segment.ts'

// A record on disk: marker | length of what follows the checksum | checksum of that | fields | body.
const LENGTH_AT = MARKER_BYTES
const CHECKSUM_AT = LENGTH_AT + 4
const FRAME_BYTES = CHECKSUM_AT + 4

// The fields, by their distance from the end of the frame.
const VERSION = 1
const VERSION_AT = 0
const ENCODING_AT = 1
const CLIENT_IP_LENGTH_AT = 2
const CLIENT_LENGTH_AT = 4
const PROJECT_AT = 6
const KEY_AT = 10
const RECEIVED_AT = 14
const EVENTS_AT = 22
const EVENT_ID_AT = 26
const FIELDS_BYTES = EVENT_ID_AT + 16

/** More than any accepted body; a larger length is damage, not a record that is still being written. */
const MAX_RECORD_BYTES = 128 * 1024 * 1024

/** Bytes that the record takes on disk. */
export function frameBytes(record: JournalRecord): number {
  const texts = Buffer.byteLength(record.clientIp) + Buffer.byteLength(record.client)
  return FRAME_BYTES + FIELDS_BYTES + texts + record.body.length
}

/** The record as it stands on disk; the body itself is not copied. */
export function encodeFrame(record: JournalRecord, marker: Marker): Buffer[] {
  const clientIp = Buffer.from(record.clientIp)
  const client = Buffer.from(record.client)
  const head = Buffer.alloc(FRAME_BYTES + FIELDS_BYTES)
  marker.copy(head)
  head.writeUInt32LE(FIELDS_BYTES + clientIp.length + client.length + record.body.length, LENGTH_AT)
  const fields = head.subarray(FRAME_BYTES)
  fields.writeUInt8(VERSION, VERSION_AT)
  fields.writeUInt8(BODY_ENCODINGS.indexOf(record.encoding), ENCODING_AT)
  fields.writeUInt16LE(clientIp.length, CLIENT_IP_LENGTH_AT)
  fields.writeUInt16LE(client.length, CLIENT_LENGTH_AT)
  fields.writeUInt32LE(record.projectId, PROJECT_AT)
  fields.writeUInt32LE(record.keyId, KEY_AT)
  fields.writeDoubleLE(record.receivedAtMs, RECEIVED_AT)
  fields.writeUInt32LE(record.events, EVENTS_AT)
  fields.write(record.eventId, EVENT_ID_AT, 'hex')
  const parts = [fields, clientIp, client, record.body]
  head.writeUInt32LE(
    parts.reduce((checksum, part) => crc32(part, checksum), 0),
    CHECKSUM_AT,
  )
  return [head, clientIp, client, record.body]
}

/** `incomplete`: it reaches beyond the bytes at hand. Distances are from the start of the buffer. */
export type Frame =
  | { state: 'whole'; record: JournalRecord; end: number }
  | { state: 'incomplete'; bytes: number }
  | { state: 'damaged'; reason: string }

/** Reads the record at `start`. Its body is a view of the buffer. */
export function decodeFrame(buffer: Buffer, start: number, marker: Marker): Frame {
  const available = buffer.length - start
  const begin = buffer.subarray(start, start + MARKER_BYTES)
  if (!begin.equals(marker.subarray(0, begin.length))) {
    return { state: 'damaged', reason: 'no record begins here' }
  }
  if (available < FRAME_BYTES) return { state: 'incomplete', bytes: FRAME_BYTES }
  const length = buffer.readUInt32LE(start + LENGTH_AT)
  if (length < FIELDS_BYTES || length > MAX_RECORD_BYTES) {
    return { state: 'damaged', reason: `impossible length ${length}` }
  }
  if (available < FRAME_BYTES + length) return { state: 'incomplete', bytes: FRAME_BYTES + length }
  const content = buffer.subarray(start + FRAME_BYTES, start + FRAME_BYTES + length)
  if (crc32(content) !== buffer.readUInt32LE(start + CHECKSUM_AT)) {
    return { state: 'damaged', reason: 'wrong checksum' }
  }
  if (content[VERSION_AT] !== VERSION) {
    return { state: 'damaged', reason: `unknown version ${content[VERSION_AT]}` }
  }
  return {
    state: 'whole',
    record: decodeContent(content),
    end: start + FRAME_BYTES + length,
  }
}

function decodeContent(content: Buffer): JournalRecord {
  const clientIpEnd = FIELDS_BYTES + content.readUInt16LE(CLIENT_IP_LENGTH_AT)
  const clientEnd = clientIpEnd + content.readUInt16LE(CLIENT_LENGTH_AT)
  const eventId = content.toString('hex', EVENT_ID_AT, FIELDS_BYTES)
  return {
    projectId: content.readUInt32LE(PROJECT_AT),
    keyId: content.readUInt32LE(KEY_AT),
    receivedAtMs: content.readDoubleLE(RECEIVED_AT),
    eventId: eventId === NO_EVENT_ID ? '' : eventId,
    events: content.readUInt32LE(EVENTS_AT),
    encoding: BODY_ENCODINGS[content.readUInt8(ENCODING_AT)] as BodyEncoding,
    clientIp: content.toString('utf8', FIELDS_BYTES, clientIpEnd),
    client: content.toString('utf8', clientIpEnd, clientEnd),
    body: content.subarray(clientEnd),
  }
}

/** No event has the nil id: the protocol refuses it. */
const NO_EVENT_ID = '0'.repeat(32)

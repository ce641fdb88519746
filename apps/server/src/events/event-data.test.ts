import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { parseEnvelope } from '@mayday/protocol/envelope'
import { BODY_ENCODINGS, type BodyEncoding } from '../journal/record.ts'
import { decodeEvent, encodeEvent, readEvent } from './event-data.ts'
import { unpack } from './unpack.ts'

const EVENT = { message: 'hello', user: { ip_address: '{{auto}}' }, timestamp: 1_795_000_000 }
const HEADER = { sent_at: '2026-11-23T12:00:00Z', sdk: { name: 's', version: '1' }, trace: {} }

function envelope(...more: string[]): Buffer {
  const lines = [HEADER, { type: 'event' }, EVENT].map((line) => JSON.stringify(line))
  return Buffer.from([...lines, ...more].join('\n'))
}

function encode(encoding: BodyEncoding, bytes: Buffer, plain: Buffer) {
  const parsed = parseEnvelope(plain)
  return encodeEvent({ encoding, bytes }, parsed, parsed.items[0]!)
}

/** A frame of one raw block, as RFC 8878 has it; Node 20 cannot make one. */
function zstd(plain: Buffer): Buffer {
  const head = Buffer.alloc(11)
  head.set([0x28, 0xb5, 0x2f, 0xfd, 0x60])
  head.writeUInt16LE(plain.length - 256, 5)
  head.writeUIntLE((plain.length << 3) | 1, 7, 3)
  return Buffer.concat([head.subarray(0, 10), plain])
}

test.each<[BodyEncoding, (plain: Buffer) => Buffer]>([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstd],
])("an event alone in its envelope is stored as the client's own %s bytes", (encoding, pack) => {
  const plain = envelope('', ' '.repeat(400))
  const packed = pack(plain)
  const stored = encode(encoding, packed, plain)
  expect(stored).toEqual({ encoding: BODY_ENCODINGS.indexOf(encoding), data: packed })
  expect(decodeEvent(stored)).toEqual({
    raw: EVENT,
    header: HEADER,
    size: JSON.stringify(EVENT).length,
  })
})

test('a plain body is packed when that saves anything', () => {
  const small = envelope()
  expect(encode('identity', small, small)).toEqual({ encoding: 0, data: small })
  const large = envelope('', ' '.repeat(5_000))
  const stored = encode('identity', large, large)
  expect(stored.data.length).toBeLessThan(1_000)
  expect(decodeEvent(stored).raw).toEqual(EVENT)
})

test('an event among other items is stored without them', () => {
  const attachment = JSON.stringify({ type: 'attachment', length: 5_000 })
  const plain = envelope(attachment, 'x'.repeat(5_000))
  const stored = encode('gzip', gzipSync(plain), plain)
  expect(stored.data.length).toBeLessThan(500)
  expect(decodeEvent(stored)).toMatchObject({ raw: EVENT, header: { sdk: HEADER.sdk } })
})

test('a stored event is read with the facts of its row and its envelope', () => {
  const plain = envelope()
  const event = readEvent({
    ...encode('identity', plain, plain),
    eventId: '01234567-89ab-cdef-0123-456789abcdef',
    receivedAt: new Date('2026-11-23T15:00:00Z'),
    clientIp: '203.0.113.9',
  })
  expect(event.event_id).toBe('0123456789abcdef0123456789abcdef')
  expect(event.user?.ip_address).toBe('203.0.113.9')
  expect(event.sdk).toEqual({ name: 's', version: '1' })
  expect(event.errors?.map(({ type }) => type)).toEqual(['clock_drift'])
})

test.each<[BodyEncoding, Buffer]>([
  ['gzip', gzipSync(Buffer.alloc(100_000))],
  ['deflate', deflateSync(Buffer.alloc(100_000))],
  ['br', brotliCompressSync(Buffer.alloc(100_000))],
  ['zstd', zstd(Buffer.alloc(50_000))],
])('a bomb of %s is refused at the limit', (encoding, bomb) => {
  expect(() => unpack(encoding, bomb, 10_000)).toThrow()
  expect(() => unpack('gzip', Buffer.from('no gzip'), 10_000)).toThrow()
})

import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BODY_ENCODINGS } from './record.ts'
import { decodeFrame, encodeFrame, frameBytes } from './record-frame.ts'

const marker = randomBytes(8)
const uint32 = fc.nat({ max: 2 ** 32 - 1 })
const records = fc.record({
  projectId: uint32,
  keyId: uint32,
  receivedAtMs: fc.integer({ min: 0, max: 8.64e15 }),
  eventId: fc.oneof(
    fc.constant(''),
    fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((bytes) => Buffer.from(bytes).toString('hex'))
      .filter((id) => !/^0+$/.test(id)),
  ),
  events: uint32,
  encoding: fc.constantFrom(...BODY_ENCODINGS),
  clientIp: fc.string({ maxLength: 60, unit: 'grapheme' }),
  client: fc.string({ maxLength: 200, unit: 'grapheme' }),
  body: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
})

test('what is encoded decodes to the same record, from any place of a buffer', () => {
  fc.assert(
    fc.property(records, fc.nat({ max: 50 }), (record, before) => {
      const frame = Buffer.concat([Buffer.alloc(before), ...encodeFrame(record, marker)])
      expect(frame.length).toBe(before + frameBytes(record))
      expect(decodeFrame(frame, before, marker)).toEqual({
        state: 'whole',
        record,
        end: frame.length,
      })
    }),
  )
})

test('no changed byte goes unnoticed', () => {
  fc.assert(
    fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (record, place, change) => {
      const frame = Buffer.concat(encodeFrame(record, marker))
      const at = place % frame.length
      frame[at] = frame[at]! ^ change
      expect(decodeFrame(frame, 0, marker).state).not.toBe('whole')
    }),
  )
})

test('a record that is cut short anywhere is incomplete, never damaged or whole', () => {
  fc.assert(
    fc.property(records, fc.nat(), (record, place) => {
      const frame = Buffer.concat(encodeFrame(record, marker))
      const cut = frame.subarray(0, place % frame.length)
      expect(decodeFrame(cut, 0, marker).state).toBe('incomplete')
    }),
  )
})

import { describe, expect, test } from '@jest/globals'
import {
  parseEnvelope,
  readEnvelopeDsn,
  readEnvelopeHeader,
  serializeEnvelope,
} from './envelope.ts'
import { ProtocolError } from './errors.ts'

const ID = '9ec79c33ec9942ab8353589fcb2e04dc'
const DASHED_ID = '9EC79C33-EC99-42AB-8353-589FCB2E04DC'
const KEY = '0123456789abcdef0123456789abcdef'

describe('parseEnvelope', () => {
  test.each([
    ['an empty header is an envelope without items', '{}', []],
    ['a line feed after the header changes nothing', '{}\n', []],
    [
      'a payload without length ends with the line',
      '{}\n{"type":"event"}\n{"a":1}',
      [['event', '{"a":1}']],
    ],
    [
      'the line feed after the last payload may be there',
      '{}\n{"type":"event"}\n{"a":1}\n',
      [['event', '{"a":1}']],
    ],
    [
      'a payload with length may hold line feeds',
      '{}\n{"type":"event","length":11}\n{\n "a": 1\n}\n',
      [['event', '{\n "a": 1\n}']],
    ],
    [
      'length counts bytes, not characters',
      '{}\n{"type":"event","length":8}\n"né€"',
      [['event', '"né€"']],
    ],
    ['a length of null is no length', '{}\n{"type":"event","length":null}\nx', [['event', 'x']]],
    [
      'a length of zero is an empty payload',
      '{}\n{"type":"a","length":0}\n\n{"type":"b","length":1}\nx',
      [
        ['a', ''],
        ['b', 'x'],
      ],
    ],
    ['a length of zero may end the envelope', '{}\n{"type":"a","length":0}\n', [['a', '']]],
    ['an item header at the end has an empty payload', '{}\n{"type":"a"}', [['a', '']]],
    [
      'an item header of length zero at the end has an empty payload',
      '{}\n{"type":"a","length":0}',
      [['a', '']],
    ],
    [
      'items with and without length may be mixed',
      '{}\n{"type":"event"}\n{}\n{"type":"attachment","length":5}\nhel\no\n{"type":"session"}\n{}',
      [
        ['event', '{}'],
        ['attachment', 'hel\no'],
        ['session', '{}'],
      ],
    ],
    [
      'blank lines between items are skipped, as sentry-ruby sends them',
      '{}\n{"type":"event"}\n{"a":1}\n\n \t\r\n{"type":"client_report"}\n{"b":2}\n',
      [
        ['event', '{"a":1}'],
        ['client_report', '{"b":2}'],
      ],
    ],
    [
      'blank space after the last item is skipped',
      '{}\n{"type":"a","length":1}\nx\n\n \r\n',
      [['a', 'x']],
    ],
    [
      'a carriage return belongs to the payload',
      '{}\r\n{"type":"a"}\r\nx\r\n{"type":"b"}\r\ny',
      [
        ['a', 'x\r'],
        ['b', 'y'],
      ],
    ],
    [
      'two events in one envelope are two items',
      '{}\n{"type":"event"}\n1\n{"type":"event"}\n2',
      [
        ['event', '1'],
        ['event', '2'],
      ],
    ],
    [
      'items of unknown type are taken, with and without length',
      '{}\n{"type":"from_the_future","length":3}\na\nb\n{"type":"also"}\nc',
      [
        ['from_the_future', 'a\nb'],
        ['also', 'c'],
      ],
    ],
    ['a payload is not looked into', '{}\n{"type":"event"}\n{broken', [['event', '{broken']]],
  ])('%s', (_, text, items) => {
    expect(itemsOf(text)).toEqual(items)
  })

  test.each([
    ['an empty body', '', 'empty_envelope'],
    ['a blank first line', '\n{}', 'invalid_envelope_header'],
    ['a first line that is not JSON', '{"event_id":', 'invalid_envelope_header'],
    ['a first line that is a list', '[]', 'invalid_envelope_header'],
    ['a first line that is null', 'null', 'invalid_envelope_header'],
    ['a first line nested 129 deep', `{"a":${nested(128)}}`, 'invalid_envelope_header'],
    ['an event id that is no UUID', '{"event_id":"../../etc/passwd"}', 'invalid_event_id'],
    ['an event id of zeros', `{"event_id":"${'0'.repeat(32)}"}`, 'invalid_event_id'],
    ['an event id that is a number', '{"event_id":7}', 'invalid_event_id'],
    ['an item header that is not JSON', '{}\nhello\n{}', 'invalid_item_header'],
    ['an item header that is a string', '{}\n"event"\n{}', 'invalid_item_header'],
    ['an item header without type', '{}\n{"length":2}\n{}', 'invalid_item_header'],
    ['an item header with a type of a wrong type', '{}\n{"type":1}\n{}', 'invalid_item_header'],
    ['an item header with an empty type', '{}\n{"type":""}\n{}', 'invalid_item_header'],
    [
      'an item header nested 129 deep',
      `{}\n{"type":"a","b":${nested(128)}}\n`,
      'invalid_item_header',
    ],
    ['a length one too big', '{}\n{"type":"a","length":3}\n{}', 'unexpected_end'],
    ['a length one too small', '{}\n{"type":"a","length":1}\n{}', 'missing_newline'],
    ['a length without payload', '{}\n{"type":"a","length":3}', 'unexpected_end'],
    ['a negative length', '{}\n{"type":"a","length":-1}\n{}', 'invalid_item_length'],
    ['a length with fraction', '{}\n{"type":"a","length":1.5}\n{}', 'invalid_item_length'],
    ['a length as text', '{}\n{"type":"a","length":"2"}\n{}', 'invalid_item_length'],
    ['a length of true', '{}\n{"type":"a","length":true}\n{}', 'invalid_item_length'],
    ['a length of 2^53', '{}\n{"type":"a","length":9007199254740992}\n{}', 'invalid_item_length'],
    ['a length of infinity', '{}\n{"type":"a","length":1e999}\n{}', 'invalid_item_length'],
    ['a second item that is broken', '{}\n{"type":"a"}\nx\nbroken', 'invalid_item_header'],
    ['UTF-16', 'ÿþ{\u0000}\u0000', 'invalid_envelope_header'],
  ])('%s is refused', (_, text, code) => {
    expect(() => parseEnvelope(bytesOf(text))).toThrow(refusal(code))
  })

  test('the message says which item is wrong and how', () => {
    expect(() =>
      parseEnvelope(bytesOf('{}\n{"type":"a"}\nx\n{"type":"b","length":9}\nabc')),
    ).toThrow('Item 2 announces 9 bytes, but the envelope ends after 3.')
  })

  test.each([
    ['dashed and upper-case', DASHED_ID],
    ['plain', ID],
  ])('an event id is brought to 32 lower-case digits when it is %s', (_, eventId) => {
    const header = { event_id: eventId }
    expect(parseEnvelope(bytesOf(JSON.stringify(header))).header).toEqual({ event_id: ID })
  })

  test('attributes that nobody knows are kept in both headers', () => {
    const envelope = parseEnvelope(bytesOf('{"new":[1]}\n{"type":"a","routing":{"b":2}}\nx'))
    expect(envelope.header).toEqual({ new: [1] })
    expect(envelope.items[0]?.header).toEqual({ type: 'a', routing: { b: 2 } })
  })

  test('a known attribute of a wrong type counts as absent', () => {
    const envelope = parseEnvelope(
      bytesOf(
        '{"event_id":null,"dsn":1,"sent_at":2,"sdk":"x","trace":[]}\n{"type":"a","filename":1,"content_type":{},"attachment_type":false}\nx',
      ),
    )
    expect(envelope.header).toEqual({})
    expect(envelope.items[0]?.header).toEqual({ type: 'a' })
  })

  test('bytes in a header that are not UTF-8 are replaced, and a byte order mark is stripped', () => {
    const bytes = Buffer.concat([
      Buffer.from([0xef, 0xbb, 0xbf]),
      Buffer.from('{}\n{"type":"attachment","filename":"caf'),
      Buffer.from([0xe9]),
      Buffer.from('"}\nx'),
    ])
    expect(parseEnvelope(bytes).items[0]?.header.filename).toBe('caf\ufffd')
  })

  test('payloads are views of the input, not copies', () => {
    const bytes = bytesOf('{}\n{"type":"a"}\nhello')
    expect(parseEnvelope(bytes).items[0]?.payload.buffer).toBe(bytes.buffer)
  })
})

describe('serializeEnvelope', () => {
  test('every item gets its length in bytes', () => {
    const bytes = serializeEnvelope({
      header: { event_id: ID },
      items: [
        { header: { type: 'event', length: 999 }, payload: bytesOf('"é"') },
        { header: { type: 'attachment', filename: 'a' }, payload: bytesOf('') },
      ],
    })
    expect(Buffer.from(bytes).toString()).toBe(
      `{"event_id":"${ID}"}\n{"type":"event","length":4}\n"é"\n{"type":"attachment","filename":"a","length":0}\n\n`,
    )
  })

  test('what no receiver would take is refused', () => {
    const item = { header: { type: 'a' }, payload: bytesOf('') }
    const many = { header: {}, items: Array.from({ length: 101 }, () => item) }
    expect(() => serializeEnvelope(many)).toThrow(refusal('too_many_items'))
    const long = { header: { trace: { name: 'x'.repeat(9000) } }, items: [] }
    expect(() => serializeEnvelope(long)).toThrow(refusal('header_line_too_long'))
  })
})

describe('readEnvelopeHeader', () => {
  test('only the first line is read', () => {
    expect(readEnvelopeHeader(bytesOf(`{"event_id":"${ID}"}\nbroken`))).toEqual({ event_id: ID })
  })
})

describe('readEnvelopeDsn', () => {
  test('the first line may carry the DSN', () => {
    const bytes = bytesOf(`{"dsn":"http://${KEY}@host:9500/42"}\n{"type":"event"}\n{}`)
    expect(readEnvelopeDsn(bytes)).toMatchObject({ publicKey: KEY, projectId: 42 })
  })

  test('an envelope without DSN has none', () => {
    expect(readEnvelopeDsn(bytesOf('{}\nx'))).toBeUndefined()
  })

  test.each([
    ['{"dsn":"nonsense"}', 'invalid_dsn'],
    ['nonsense', 'invalid_envelope_header'],
    ['', 'empty_envelope'],
  ])('%s is refused', (text, code) => {
    expect(() => readEnvelopeDsn(bytesOf(text))).toThrow(refusal(code))
  })
})

function itemsOf(text: string): string[][] {
  return parseEnvelope(bytesOf(text)).items.map(({ header, payload }) => [
    header.type,
    Buffer.from(payload).toString(),
  ])
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}

function refusal(code: string): unknown {
  return expect.objectContaining({ constructor: ProtocolError, code })
}

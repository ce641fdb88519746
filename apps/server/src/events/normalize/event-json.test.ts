import { expect, test } from '@jest/globals'
import { parseEventJson } from './event-json.ts'

const parse = (json: string) => parseEventJson(Buffer.from(json))

test('NUL and lone surrogates become U+FFFD, in keys as well', () => {
  expect(parse('{"a\\u0000":["\\ud800x","\\u0000",{"\\udc00":"\\ud83d\\ude00"}]}')).toEqual({
    'a\ufffd': ['\ufffdx', '\ufffd', { '\ufffd': '😀' }],
  })
  expect(parse('"\\u0000"')).toBe('\ufffd')
})

test('bytes that are not UTF-8 become U+FFFD, and a byte order mark is skipped', () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x22, 0xff, 0xc0, 0xaf, 0x41, 0x22])
  expect(parseEventJson(bytes)).toBe('\ufffd\ufffd\ufffdA')
})

test.each([
  ['"\\ud83d\\ude00"', '😀'],
  ['"\\ud83d\\ude00\\ude00"', '😀\ufffd'],
  ['"\\uD83D\\uD83D\\uDE00"', '\ufffd😀'],
  ['"\\ud83d\\\\ude00"', '\ufffd\\ude00'],
  ['"\\\\\\u0000"', '\\\ufffd'],
])('%s is read as %j', (json, text) => {
  expect(parse(json)).toBe(text)
})

test('an escaped backslash before u0000 is no escape of NUL', () => {
  expect(parse('"\\\\u0000"')).toBe('\\u0000')
})

test('what is not JSON is refused', () => {
  expect(() => parse('{"a":')).toThrow(SyntaxError)
})

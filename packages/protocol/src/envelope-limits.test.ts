import { expect, test } from '@jest/globals'
import { parseEnvelope } from './envelope.ts'

test('a header line may have 8192 bytes and no more', () => {
  const line = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`
  expect(parseEnvelope(bytesOf(line(8192))).items).toEqual([])
  expect(parseEnvelope(bytesOf(`${line(8192)}\n`)).items).toEqual([])
  expect(() => parseEnvelope(bytesOf(line(8193)))).toThrow(refusal('header_line_too_long'))
  expect(() => parseEnvelope(bytesOf(`{}\n${line(8193)}\n`))).toThrow(
    refusal('header_line_too_long'),
  )
})

test('a line of 100 MB is refused without being read', () => {
  const endless = endlessLine(100 * 1024 * 1024)
  expect(() => parseEnvelope(endless.bytes)).toThrow(refusal('header_line_too_long'))
  expect(endless.longestViewBytes()).toBeLessThanOrEqual(8193)
})

test('a long run of blanks counts as a header line', () => {
  const blanks = bytesOf(`{}\n${' '.repeat(20_000)}{"type":"a"}\nx`)
  expect(() => parseEnvelope(blanks)).toThrow(refusal('header_line_too_long'))
})

test('an envelope holds at most 100 items', () => {
  const items = (count: number) => bytesOf(`{}\n${'{"type":"a"}\nx\n'.repeat(count)}`)
  expect(parseEnvelope(items(100)).items).toHaveLength(100)
  expect(() => parseEnvelope(items(101))).toThrow(refusal('too_many_items'))
  expect(() => parseEnvelope(items(100_000))).toThrow(refusal('too_many_items'))
})

test('limits can be set by the caller', () => {
  const bytes = bytesOf('{}\n{"type":"a"}\nx\n{"type":"b"}\ny')
  const limits = { maxHeaderLineBytes: 100, maxItems: 1 }
  expect(() => parseEnvelope(bytes, limits)).toThrow(refusal('too_many_items'))
})

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function refusal(code: string): unknown {
  return expect.objectContaining({ code })
}

/** One line without end, which tells the longest part of it that was asked for. */
function endlessLine(length: number): { bytes: Uint8Array; longestViewBytes: () => number } {
  let longest = 0
  class Watched extends Uint8Array {
    override subarray(start = 0, end = this.length): Watched {
      longest = Math.max(longest, end - start)
      return super.subarray(start, end) as Watched
    }
    override indexOf(value: number, from?: number): number {
      longest = Math.max(longest, this.length)
      return super.indexOf(value, from)
    }
  }
  const bytes = new Watched(length).fill(0x61)
  return { bytes, longestViewBytes: () => longest }
}

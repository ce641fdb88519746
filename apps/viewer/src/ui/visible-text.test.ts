import { expect, test } from '@jest/globals'
import { safeHref, visibleText } from './visible-text.ts'

test.each([
  ['a right-to-left override', 'abc\u202Etxt.exe', 'abc⟨U+202E⟩txt.exe'],
  ['an isolate', '\u2066x\u2069', '⟨U+2066⟩x⟨U+2069⟩'],
  ['a zero-width space', 'pay\u200Bpal', 'pay⟨U+200B⟩pal'],
  ['a byte order mark', '\uFEFFx', '⟨U+FEFF⟩x'],
  ['an escape code', '\u001b[31mred', '⟨U+001B⟩[31mred'],
  ['a NUL', 'a\0b', 'a⟨U+0000⟩b'],
])('%s becomes visible', (_what, text, shown) => {
  expect(visibleText(text)).toBe(shown)
})

test('line breaks, tabs, joiners and every script stay as they are', () => {
  const text = 'a\n\tb 👩‍👩‍👧 می‌خواهم שלום ñ 日本語'
  expect(visibleText(text)).toBe(text)
})

test('a letter with more marks than any language has is cut, so that it covers no other line', () => {
  const zalgo = `e${'\u0301'.repeat(100_000)}x`
  expect(visibleText(zalgo)).toBe(`e${'\u0301'.repeat(4)}…x`)
})

test.each(['http://a.test/x', 'https://a.test/?b=1'])('%s may be a link', (text) => {
  expect(safeHref(text)).toBe(text)
})

test.each([
  'javascript:alert(1)',
  ' https://a.test',
  'JaVaScRiPt://x',
  'data:text/html,x',
  '//a.test',
  '/path',
  'https://',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://a.test/1',
])('%j is no link', (text) => {
  expect(safeHref(text)).toBeUndefined()
})

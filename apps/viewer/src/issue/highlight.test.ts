import { expect, test } from '@jest/globals'
import { highlightLines } from './highlight.ts'

const textOf = (lines: { text: string }[][]) =>
  lines.map((parts) => parts.map(({ text }) => text).join(''))

test('keywords and strings get their names, and no character is lost', async () => {
  const lines = ["const a: string = 'x'", '', 'return `one', 'two`']
  const made = await highlightLines(lines, 'typescript')
  expect(textOf(made)).toEqual(lines)
  expect(made[0]?.[0]).toEqual({ text: 'const', token: 'keyword' })
  expect(made[0]).toContainEqual({ text: "'x'", token: 'string' })
})

test.each([
  'javascript',
  'jsx',
  'tsx',
  'python',
  'ruby',
  'go',
  'java',
  'kotlin',
  'csharp',
  'rust',
  'swift',
])('%s keeps hostile text as text', async (language) => {
  const lines = ['<script>alert(1)</script>', '"</span><img src=x onerror=alert(1)>"']
  expect(textOf(await highlightLines(lines, language))).toEqual(lines)
})

test('very long lines and unknown languages stay plain', async () => {
  const long = [`const a = '${'x'.repeat(1000)}'`]
  expect(await highlightLines(long, 'javascript')).toEqual([[{ text: long[0], token: undefined }]])
  expect(await highlightLines(['x'], 'cobol')).toEqual([[{ text: 'x', token: undefined }]])
})

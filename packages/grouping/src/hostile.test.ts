import { describe, expect, jest, test } from '@jest/globals'
import { functionKey } from './function-name.ts'
import { groupEvent } from './group-event.ts'
import { MAX_MESSAGE_CHARS, parameterizeMessage } from './message.ts'
import { cleanPath } from './path.ts'

const PLATFORMS = ['node', 'java', 'ruby', 'php', 'go', 'csharp', 'python']
const LENGTH = 100_000

/** Repeated to 100 KB, each is the worst case of some common pattern for mail, paths, numbers, quotes. */
const SEEDS = [
  'a',
  'A',
  '0',
  '1.',
  '"',
  "'",
  "'a",
  '`',
  '=',
  '@',
  'a@',
  'a@a.',
  '.',
  'a.',
  ':',
  '::',
  '1:',
  '/',
  '//',
  '\\',
  '-',
  '1-',
  ' ',
  '\t',
  '\n',
  '\r\n ',
  '<',
  '<int>',
  '<int> ',
  '<date> ',
  '{',
  '{{',
  '{{ ',
  '{{ default ',
  '}',
  '[as ',
  ' [as ',
  'Mon ',
  'Jan 1 ',
  'Jan ',
  'http://',
  'C:\\',
  '$',
  '$1',
  '$$',
  '#',
  '.func1',
  'block in ',
  'lambda$',
  'async ',
  'new ',
  'node_modules/',
  '../',
  '(index ',
  '{snip}',
  '\u0000',
  '\ud83d',
  '😀',
  'é',
  'ı',
]

describe('a field of 100 KB, whatever it holds', () => {
  test.each(SEEDS.map((seed) => [JSON.stringify(seed), seed]))('%s', (_name, seed) => {
    const text = seed.repeat(Math.ceil(LENGTH / seed.length)).slice(0, LENGTH)
    const { exception: _none, fingerprint: _default, ...message } = hostileEvent(text)
    const longest = longestInputOfPatterns(() => {
      groupEvent(hostileEvent(text))
      groupEvent(message)
      parameterizeMessage(text)
      cleanPath(text, true)
      cleanPath(text, false)
      for (const platform of PLATFORMS) functionKey(text, platform)
    })
    expect(longest).toBeGreaterThan(0)
    expect(longest).toBeLessThanOrEqual(MAX_MESSAGE_CHARS + '...'.length)
  })
})

function hostileEvent(text: string): Parameters<typeof groupEvent>[0] {
  const frame = { function: text, module: text, filename: text, abs_path: text, context_line: text }
  const exception = {
    type: text,
    value: text,
    stacktrace: { frames: [frame, { ...frame, in_app: true }] },
  }
  return {
    event_id: '0'.repeat(32),
    timestamp: 1,
    platform: 'node',
    level: 'error',
    transaction: text,
    logentry: { message: text, formatted: text },
    exception: { values: [exception, { value: text }] },
    fingerprint: [text, '{{ default }}', `{{ tags.${text} }}`],
    request: { url: text },
  }
}

/** Every pattern of JavaScript runs through `exec`, whichever string method it is given to. */
function longestInputOfPatterns(run: () => void): number {
  let longest = 0
  const original = RegExp.prototype.exec
  const spy = jest.spyOn(RegExp.prototype, 'exec').mockImplementation(function (
    this: RegExp,
    text,
  ) {
    longest = Math.max(longest, text.length)
    return original.call(this, text)
  })
  try {
    run()
  } finally {
    spy.mockRestore()
  }
  return longest
}

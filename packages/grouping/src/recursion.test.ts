import { expect, test } from '@jest/globals'
import type { FrameKey } from './frame.ts'
import { collapseRecursion } from './recursion.ts'

/** `walk@call` is function walk at the source line `call`. */
function stack(text: string): FrameKey[] {
  return text.split(' ').map((word) => {
    const [name = '', contextLine = ''] = word.split('@')
    return { place: 'file', at: 'tree.js', function: name, contextLine }
  })
}

test.each([
  ['handler@a load@b', 'handler@a load@b'],
  ['handler@a walk@b walk@b walk@c', 'handler@a walk@c'],
  ['handler@a walk@b walk@b walk@b walk@b walk@c', 'handler@a walk@c'],
  ['handler@a walk@c', 'handler@a walk@c'],
  ['handler@a list@b node@c list@b node@d', 'handler@a list@b node@d'],
  ['handler@a list@b node@d', 'handler@a list@b node@d'],
  ['h@a list@b map@x set@y list@b set@y map@x leaf@z', 'h@a list@b map@x set@y leaf@z'],
  ['h@a list@b set@y map@x list@b map@x set@y leaf@z', 'h@a list@b map@x set@y leaf@z'],
  ['h@a walk@b walk@c end@d', 'h@a walk end@d'],
  ['@a @b @c', '@a @b @c'],
  ['@a @b @b @c', '@a @b @c'],
  ['a@1 a@2 b@1 b@2', 'a b@2'],
])('%s counts as %s', (frames, expected) => {
  expect(collapseRecursion(stack(frames))).toEqual(stack(expected))
})

test('a stack cut at another point of an endless recursion keeps its frames', () => {
  const members = (text: string) => new Set(collapseRecursion(stack(text)).map((f) => f.function))
  expect(members('b@1 a@2 b@1 a@2 b@1')).toEqual(members('a@2 b@1 a@2 b@1'))
})

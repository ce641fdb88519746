import { expect, test } from '@jest/globals'
import type { ApiException, ApiFrame } from '@mayday/protocol/api/events'
import { rawStackTrace } from './raw-stack-trace.ts'

const frame = (fn: string | null, absPath: string, lineNo: number | null) =>
  ({
    function: fn,
    filename: 'x.ts',
    absPath,
    module: null,
    package: null,
    lineNo,
    colNo: 3,
  }) as ApiFrame
const exception = (type: string, value: string | null, frames: ApiFrame[]) =>
  ({ type, value, stacktrace: { frames } }) as ApiException

test('the chain reads as a Node process prints it, newest call first', () => {
  const thrown = exception('TypeError', 'no id', [
    frame('main', '/app/main.ts', 9),
    frame(null, '/app/x.ts', 4),
  ])
  expect(rawStackTrace([thrown, exception('Error', null, [frame('f', '/app/f.ts', null)])])).toBe(
    [
      'TypeError: no id',
      '    at /app/x.ts:4:3',
      '    at main (/app/main.ts:9:3)',
      'caused by: Error',
      '    at f (/app/f.ts)',
    ].join('\n'),
  )
})

import { expect, test } from '@jest/globals'
import { type Options, resolveOptions } from './options.ts'

function resolved(options: Options, env: NodeJS.ProcessEnv = {}) {
  const warnings: string[] = []
  return { ...resolveOptions(options, env, (line) => warnings.push(line)), warnings }
}

test('bodies of requests are kept up to the size that was asked for, by default none', () => {
  const bytes = (maxRequestBodySize: Options['maxRequestBodySize']) =>
    resolved({ maxRequestBodySize }).maxRequestBodyBytes
  expect(
    [undefined, 'none', 'small', 'medium', 'always'].map((size) => bytes(size as 'none')),
  ).toEqual([0, 0, 1000, 10_000, 100_000])
  const wrong = resolved({ dsn: '', maxRequestBodySize: 'toString' as 'none' })
  expect(wrong.maxRequestBodyBytes).toBe(0)
  expect(wrong.warnings).toContain(
    'The option maxRequestBodySize has to be one of none, small, medium, always; none is used.',
  )
})

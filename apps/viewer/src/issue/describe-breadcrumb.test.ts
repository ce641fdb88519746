import { expect, test } from '@jest/globals'
import type { ApiBreadcrumb } from '@mayday/protocol/api/events'
import { describeBreadcrumb } from './describe-breadcrumb.ts'

const crumb = (more: Partial<ApiBreadcrumb>): ApiBreadcrumb => ({
  timestamp: null,
  type: 'default',
  category: null,
  level: 'info',
  message: null,
  data: null,
  event_id: null,
  ...more,
})

test('a request is told by method, address and status, with its duration apart', () => {
  const data = { method: 'GET', url: '/orders', status_code: 502, duration_ms: 38, retries: 2 }
  expect(describeBreadcrumb(crumb({ category: 'http', data }))).toEqual({
    text: 'GET /orders → 502',
    isCode: false,
    data: [['retries', '2']],
    durationMs: 38,
  })
})

test('a statement is shown as code', () => {
  expect(describeBreadcrumb(crumb({ category: 'query', message: 'select 1' }))).toMatchObject({
    text: 'select 1',
    isCode: true,
  })
})

test('what the console printed is not repeated as its arguments', () => {
  const data = { arguments: ['hello'], logger: 'console', extra: { a: 1 } }
  expect(describeBreadcrumb(crumb({ category: 'console', message: 'hello', data })).data).toEqual([
    ['extra', '{"a":1}'],
  ])
})

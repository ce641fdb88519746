import { expect, test } from '@jest/globals'
import type { ApiFrame } from '@mayday/protocol/api/events'
import { foldFrames, frameOrigin } from './fold-frames.ts'

const frame = (filename: string | null, inApp = false, more: Partial<ApiFrame> = {}): ApiFrame => ({
  filename,
  absPath: null,
  module: null,
  package: null,
  platform: null,
  function: null,
  lineNo: null,
  colNo: null,
  inApp,
  vars: null,
  context: [],
  data: null,
  ...more,
})

function told(oldestFirst: ApiFrame[]): string[] {
  return foldFrames(oldestFirst).map((group) =>
    group.kind === 'fold' ? group.label : (group.frame.filename ?? ''),
  )
}

test('runs of library frames become one line, the failing frame stands first', () => {
  const frames = [
    ...Array.from({ length: 20 }, () => frame('node_modules/express/lib/router/index.js')),
    ...Array.from({ length: 6 }, () => frame('/app/node_modules/router/index.js')),
    ...Array.from({ length: 3 }, () => frame('node:internal/process/task_queues')),
    frame('src/controller.ts', true),
    frame('src/service.ts', true),
  ]
  expect(told(frames)).toEqual([
    'src/service.ts',
    'src/controller.ts',
    '29 frames in express, router, node:internal',
  ])
})

test('library frames on both sides of an app frame are folded apart', () => {
  const frames = [
    frame('node_modules/a/x.js'),
    frame('src/b.ts', true),
    frame('node_modules/c/x.js'),
  ]
  expect(told(frames)).toEqual(['1 frame in c', 'src/b.ts', '1 frame in a'])
})

test('more than three libraries are not all named, unknown places are', () => {
  const many = ['a', 'b', 'c', 'd'].map((name) => frame(`node_modules/${name}/x.js`))
  expect(told([...many, frame('src/x.ts', true)])[1]).toMatch(/^4 frames in \w, \w, \w and more$/)
  expect(told([frame(null), frame('src/x.ts', true)])[1]).toBe('1 frame outside the app')
})

test('nothing is folded when no frame is in-app', () => {
  expect(told([frame('node_modules/a/x.js'), frame('node:net')])).toEqual([
    'node:net',
    'node_modules/a/x.js',
  ])
})

test.each([
  [frame('node_modules/.pnpm/pg@8/node_modules/pg/lib/client.js'), 'pg'],
  [frame('C:\\app\\node_modules\\@nestjs\\core\\router.js'), '@nestjs/core'],
  [frame('node:events'), 'node:events'],
  [frame('/usr/lib/python3/site-packages/django/core/handlers/base.py'), 'django'],
  [frame('base.py', false, { module: 'django.core.handlers' }), 'django'],
  [frame('Foo.java', false, { module: 'org.springframework.web.Foo' }), 'org.springframework'],
  [frame(null, false, { package: '/usr/lib/libc.so.6' }), 'libc.so.6'],
  [frame('src/x.ts'), undefined],
])('a frame is told where it comes from (%#)', (one, origin) => {
  expect(frameOrigin(one)).toBe(origin)
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { BOUNDARIES } from './support/boundaries.ts'
import { readSourceTree, type SourceFile } from './support/source-tree.ts'

const ROOT = join(import.meta.dirname, '..')

describe('in this repository', () => {
  const tree = readSourceTree(ROOT)

  test('all workspaces are read, and imports across them are found', async () => {
    const files = await tree
    for (const home of ['packages/protocol/', 'packages/grouping/', 'packages/node/']) {
      expect(files.some(({ path }) => path.startsWith(home))).toBe(true)
    }
    const imports = (home: string) =>
      files.flatMap((file) => (file.path.startsWith(home) ? file.imports : []))
    expect(imports('packages/grouping/src/')).toContain('packages/protocol/src/event.ts')
    expect(imports('apps/server/src/')).toContain('packages/protocol/src/envelope.ts')
    expect(imports('apps/viewer/src/pages/')).toContain('react')
  })

  test.each(BOUNDARIES)('$rule', async ({ breaches }) => {
    expect(breaches(await tree)).toEqual([])
  })
})

describe('a made-up file that breaks a rule is found', () => {
  test.each<[rule: string, from: string, to: string]>([
    ['the root of protocol imports nothing', 'packages/protocol/src/dsn.ts', 'node:fs'],
    ['the root of protocol imports nothing', 'packages/protocol/src/dsn.ts', 'zod'],
    [
      'the root of protocol imports nothing',
      'packages/protocol/src/dsn.ts',
      'packages/protocol/src/api/issues.ts',
    ],
    ['protocol/api imports only zod', 'packages/protocol/src/api/issues.ts', 'express'],
    [
      'protocol/api imports only zod',
      'packages/protocol/src/api/issues.ts',
      'packages/protocol/src/event.ts',
    ],
    [
      'grouping imports only the root of protocol and the digests of Node',
      'packages/grouping/src/v1.ts',
      'packages/protocol/src/api/issues.ts',
    ],
    [
      'grouping imports only the root of protocol and the digests of Node',
      'packages/grouping/src/v1.ts',
      'node:fs',
    ],
    [
      'the SDK imports only the root of protocol, error-stack-parser and Node',
      'packages/node/src/client.ts',
      'packages/grouping/src/v1.ts',
    ],
    [
      'the SDK imports only the root of protocol, error-stack-parser and Node',
      'packages/node/src/client.ts',
      'express',
    ],
    [
      'the server imports only protocol, grouping and libraries',
      'apps/server/src/main.ts',
      'packages/node/src/index.ts',
    ],
    [
      'the viewer imports only protocol/api and libraries',
      'apps/viewer/src/format.ts',
      'packages/protocol/src/event.ts',
    ],
    ['the viewer imports only protocol/api and libraries', 'apps/viewer/src/format.ts', 'node:fs'],
    [
      'the viewer imports only protocol/api and libraries',
      'apps/viewer/src/format.ts',
      'apps/server/src/errors.ts',
    ],
    [
      'the demo imports only the SDK and libraries',
      'apps/demo/src/main.ts',
      'packages/node/src/client.ts',
    ],
    [
      'no step of the pipeline up to grouping reaches for the database',
      'apps/server/src/pipeline/process/normalize.ts',
      'typeorm',
    ],
    [
      'no step of the pipeline up to grouping reaches for the database',
      'apps/server/src/pipeline/process/group.ts',
      'apps/server/src/db/sql.ts',
    ],
    [
      'the folders of the server import only those before them',
      'apps/server/src/events/retention.ts',
      'apps/server/src/issues/short-id.ts',
    ],
    [
      'the folders of the server import only those before them',
      'apps/server/src/config.ts',
      'apps/server/src/errors.ts',
    ],
    [
      'the folders of the server import only those before them',
      'apps/server/src/app.ts',
      'apps/server/src/cli/start.ts',
    ],
    [
      'the folders of the viewer import only those before them',
      'apps/viewer/src/ui/menu.tsx',
      'apps/viewer/src/api/client.ts',
    ],
    [
      'controllers are imported by app.module alone',
      'apps/server/src/app.ts',
      'apps/server/src/issues/issues.controller.ts',
    ],
    ['no file imports itself through others', 'packages/a.ts', 'packages/a.ts'],
  ])('%s: %s → %s', (rule, from, to) => {
    expect(breachesOf(rule, [file(from, [to])])).toEqual([
      expect.stringContaining(`${from} → ${to}`),
    ])
  })

  test('a longer way round is named once, from its first file', () => {
    const files = [
      file('apps/c.ts', ['apps/a.ts']),
      file('apps/b.ts', ['apps/c.ts', 'apps/free.ts']),
      file('apps/a.ts', ['apps/b.ts', 'apps/free.ts']),
      file('apps/free.ts', []),
    ]
    expect(breachesOf('no file imports itself through others', files)).toEqual([
      'apps/a.ts → apps/b.ts → apps/c.ts → apps/a.ts',
    ])
  })

  test.each<[rule: string, SourceFile]>([
    ['no file has more than 300 lines', { ...file('apps/a.css'), lines: 301 }],
    ['only configuration exports a default', { ...file('apps/a.tsx'), exportsDefault: true }],
    ['the folders of the server all have a place in the order', file('apps/server/src/misc/a.ts')],
    ['the folders of the viewer all have a place in the order', file('apps/viewer/src/hooks/a.ts')],
    ['every folder and file has a name that says something', file('apps/server/src/utils/a.ts')],
    [
      'every folder and file has a name that says something',
      file('apps/viewer/src/helpers.test.ts'),
    ],
  ])('%s: %j', (rule, breaking) => {
    expect(breachesOf(rule, [breaking])).toEqual([expect.stringContaining(breaking.path)])
  })
})

test.each<[from: string, to: string[]]>([
  ['packages/protocol/src/dsn.ts', ['packages/protocol/src/errors.ts']],
  ['packages/protocol/src/dsn.test.ts', ['@jest/globals', 'node:fs']],
  ['packages/node/src/stack.ts', ['error-stack-parser', 'node:fs']],
  ['packages/node/jest.config.mjs', ['tools/jest.preset.mjs']],
  ['apps/server/src/issues/issues.queries.ts', ['apps/server/src/events/a.ts', 'typeorm']],
  ['apps/server/src/journal/journal.test.ts', ['apps/server/src/pipeline/digest.ts']],
  ['apps/server/src/app.module.ts', ['apps/server/src/issues/issues.controller.ts']],
  ['apps/server/src/pipeline/process/store-events.ts', ['typeorm', 'apps/server/src/db/sql.ts']],
  ['apps/viewer/src/pages/issue-page.tsx', ['react', 'packages/protocol/src/api/issues.ts']],
])('%s may import %j', (from, to) => {
  const files = [{ ...file(from, to), lines: 300 }]
  expect(BOUNDARIES.flatMap(({ breaches }) => breaches(files))).toEqual([])
})

test('every way to import is seen, in TypeScript, TSX and JavaScript', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mayday-boundaries-'))
  try {
    await write(folder, 'packages/protocol/package.json', '{}')
    await write(
      folder,
      'packages/node/src/a.ts',
      `import './side.ts'
      import type { B } from '../b.ts'
      import { type Dsn, parseDsn } from '@mayday/protocol/dsn'
      export { c } from './c.ts'
      export * from '@scope/name/path'
      export type D = import('./d.ts').D
      @decorated class E {}
      export const f = () => import('node:fs')
      // import './comment.ts'
      const text = "import './text.ts'"`,
    )
    await write(
      folder,
      'apps/viewer/src/page.tsx',
      `import g from '@mayday/viewer/g'\nexport default () => <p>{g}</p>\n`,
    )
    await write(folder, 'tools/old.cjs', `const h = require('lodash/get')`)
    await write(folder, 'apps/viewer/dist/built.js', `import './nothing.js'`)
    expect(await readSourceTree(folder)).toEqual([
      {
        path: 'apps/viewer/src/page.tsx',
        lines: 2,
        imports: ['apps/viewer/src/g.ts'],
        exportsDefault: true,
      },
      {
        path: 'packages/node/src/a.ts',
        lines: 10,
        imports: [
          'packages/node/src/side.ts',
          'packages/node/b.ts',
          'packages/protocol/src/dsn.ts',
          'packages/node/src/c.ts',
          '@scope/name',
          'packages/node/src/d.ts',
          'node:fs',
        ],
        exportsDefault: false,
      },
      { path: 'tools/old.cjs', lines: 1, imports: ['lodash'], exportsDefault: false },
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})

function file(path: string, imports: string[] = []): SourceFile {
  return { path, lines: 1, imports, exportsDefault: false }
}

function breachesOf(rule: string, files: SourceFile[]): string[] | undefined {
  return BOUNDARIES.find((boundary) => boundary.rule === rule)?.breaches(files)
}

async function write(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

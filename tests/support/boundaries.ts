import { importCycles } from './import-cycles.ts'
import type { SourceFile } from './source-tree.ts'

/** A rule of the layout, and what it answers: one sentence for each place that breaks it. */
export type Boundary = { rule: string; breaches: (files: readonly SourceFile[]) => string[] }

type Direction = { rule: string; from: RegExp; may: RegExp[] }

const MAX_LINES = 300

/** Folders and files of such names say nothing, so anything may go there. */
const EMPTY_NAMES = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'lib'])

/** Low to high: what is in a place may import what is in that place and in those before it. */
const ORDERS = [
  {
    of: 'the server',
    place: /^apps\/server\/src\/([^/.]+)/,
    order: [
      ...['config', 'errors', 'db', 'http', 'journal', 'outcomes', 'account', 'projects'],
      ...['releases', 'events', 'issues', 'monitors', 'pipeline', 'app', 'cli', 'main'],
    ].map((name) => [name]),
  },
  {
    of: 'the viewer',
    place: /^apps\/viewer\/src\/([^/.]+)/,
    order: [
      ['ui', 'theme', 'format', 'keyboard'],
      ['api'],
      ['issue', 'issues'],
      ['pages'],
      ['routes'],
      ['main'],
    ],
  },
]

const PROTOCOL_ROOT = /^packages\/protocol\/src\/[^/]+$/
const PROTOCOL_API = /^packages\/protocol\/src\/api\//
const LIBRARY = /^(?!(packages|apps|tests|bench|tools)\/)(?!node:)/
const NODE = /^node:/

/** A file that matches `from` may import what one of `may` matches, and nothing else. */
const DIRECTIONS: Direction[] = [
  { rule: 'the root of protocol imports nothing', from: PROTOCOL_ROOT, may: [PROTOCOL_ROOT] },
  { rule: 'protocol/api imports only zod', from: PROTOCOL_API, may: [PROTOCOL_API, /^zod$/] },
  {
    rule: 'grouping imports only the root of protocol and the digests of Node',
    from: /^packages\/grouping\//,
    may: [/^packages\/grouping\//, PROTOCOL_ROOT, /^node:crypto$/],
  },
  {
    rule: 'the SDK imports only the root of protocol, error-stack-parser and Node',
    // `build/` makes the package; it is no part of it.
    from: /^packages\/node\/src\//,
    may: [/^packages\/node\//, PROTOCOL_ROOT, /^error-stack-parser$/, NODE],
  },
  {
    rule: 'the server imports only protocol, grouping and libraries',
    from: /^apps\/server\//,
    may: [/^apps\/server\//, PROTOCOL_ROOT, PROTOCOL_API, /^packages\/grouping\//, LIBRARY, NODE],
  },
  {
    rule: 'the viewer imports only protocol/api and libraries',
    from: /^apps\/viewer\//,
    may: [/^apps\/viewer\//, PROTOCOL_API, LIBRARY],
  },
  {
    rule: 'the demo imports only the SDK and libraries',
    from: /^apps\/demo\//,
    may: [/^apps\/demo\//, /^packages\/node\/src\/index\.ts$/, LIBRARY, NODE],
  },
  {
    rule: 'no step of the pipeline up to grouping reaches for the database',
    // The steps inside the transaction begin with one of these verbs; those before it are pure.
    from: /^apps\/server\/src\/pipeline\/process\/(?!(drop|link|update|store|count|record|keep|advance)-)/,
    may: [/^(?!typeorm$|pg$|apps\/server\/src\/db\/)/],
  },
]

export const BOUNDARIES: Boundary[] = [
  {
    rule: 'no file imports itself through others',
    breaches: (files) => importCycles(files).map((cycle) => cycle.join(' → ')),
  },
  ...DIRECTIONS.map(direction),
  ...ORDERS.flatMap(order),
  {
    rule: 'controllers are imported by app.module alone',
    breaches: (files) =>
      eachImport(
        files.filter(isNoTest),
        (from, to) => to.endsWith('.controller.ts') && from !== 'apps/server/src/app.module.ts',
      ),
  },
  {
    rule: `no file has more than ${MAX_LINES} lines`,
    breaches: (files) =>
      files.flatMap(({ path, lines }) => (lines > MAX_LINES ? [`${path}: ${lines} lines`] : [])),
  },
  {
    rule: 'only configuration exports a default',
    breaches: (files) =>
      files.flatMap(({ path, exportsDefault }) =>
        // A declaration file speaks of somebody else's module.
        exportsDefault && !isConfiguration(path) && !path.endsWith('.d.ts') ? [path] : [],
      ),
  },
  {
    rule: 'every folder and file has a name that says something',
    breaches: (files) =>
      files.flatMap(({ path }) =>
        path.split('/').some((part) => EMPTY_NAMES.has(part.replace(/\..*/, ''))) ? [path] : [],
      ),
  },
]

/** Tests and configuration may also import any library, and the test kit of their neighbours. */
function direction({ rule, from, may }: Direction): Boundary {
  return {
    rule,
    breaches: (files) =>
      eachImport(files, (path, to) => {
        if (!from.test(path) || may.some((allowed) => allowed.test(to))) return false
        const isLibrary = LIBRARY.test(to) || NODE.test(to)
        if (isConfiguration(path)) return !isLibrary && !to.startsWith('tools/')
        return isNoTest({ path }) || !isLibrary
      }),
  }
}

/** Places are folders of the sources, or files at their root by their name up to the first dot. */
function order({ of, place, order }: (typeof ORDERS)[number]): Boundary[] {
  const placeOf = (path: string) => place.exec(path)?.[1]
  const rank = (name: string) => order.findIndex((names) => names.includes(name))
  return [
    {
      rule: `the folders of ${of} import only those before them`,
      breaches: (files) =>
        eachImport(files.filter(isNoTest), (from, to) => {
          const [fromPlace, toPlace] = [placeOf(from), placeOf(to)]
          if (fromPlace === undefined || toPlace === undefined) return false
          return rank(toPlace) > rank(fromPlace)
        }),
    },
    {
      rule: `the folders of ${of} all have a place in the order`,
      breaches: (files) =>
        files.flatMap(({ path }) => {
          const place = placeOf(path)
          return place !== undefined && rank(place) === -1 ? [path] : []
        }),
    },
  ]
}

function eachImport(
  files: readonly SourceFile[],
  isBreach: (from: string, to: string) => boolean,
): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.flatMap((to) => (isBreach(path, to) ? [`${path} → ${to}`] : [])),
  )
}

function isNoTest({ path }: { path: string }): boolean {
  return !/\.test\.tsx?$|\/test\//.test(path)
}

/** Plain JavaScript outside the sources is what tools load, some of them by a default export. */
function isConfiguration(path: string): boolean {
  return /\.config\.[cm]?[jt]s$/.test(path) || (/\.[cm]js$/.test(path) && !path.includes('/src/'))
}

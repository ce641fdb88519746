import { parseAst } from 'rolldown/parseAst'

type Chunk = { type: 'chunk'; code: string; exports: string[] }
type Bundle = Record<string, Chunk | { type: 'asset' }>
type EmittedFile = { type: 'asset'; fileName: string; source: string }
type BundlePlugin = {
  name: string
  generateBundle(
    this: { emitFile(file: EmittedFile): unknown },
    options: unknown,
    bundle: Bundle,
  ): void
}

/**
 * What users get beside the CommonJS file, which holds all code: ES modules that export what that
 * file does, so that an app and its dependencies share one client however they import it.
 */
export function packageFiles(version: string): BundlePlugin {
  return {
    name: 'package-files',
    generateBundle(_options, bundle) {
      const chunk = bundle['index.cjs']
      if (chunk?.type !== 'chunk') return
      chunk.code = `${oneStatementALine(chunk.code)}\n${oneCopy(version)}\n`
      const exported = `export const { ${chunk.exports.toSorted().join(', ')} } = sdk\n`
      const emit = (fileName: string, source: string) =>
        this.emitFile({ type: 'asset', fileName, source })
      emit('index.mjs', `${REQUIRE_OF_NODE}${exported}`)
      emit('index.bundled.mjs', `import sdk from './index.cjs'\n${exported}`)
      emit('index.d.mts', `export * from './index.cjs'\n`)
    },
  }
}

/**
 * Node reads an imported CommonJS file with a parser of its own first, to find out what it exports:
 * 8 ms and 8 MB for names that are known. By the name of the package, and not by a path, so that a
 * bundler that takes this file as it is finds the package at run time.
 */
const REQUIRE_OF_NODE = `import { createRequire } from 'node:module'
const sdk = createRequire(import.meta.url)('@mayday/node')
`

/** When something is thrown, Node prints the whole line; and a stack should tell functions apart. */
function oneStatementALine(code: string): string {
  const starts = parseAst(code).body.map(({ start }) => start)
  return starts.map((start, index) => code.slice(start, starts[index + 1])).join('\n')
}

/** Copies of one version, also bundled ones, are one; another version stands for itself. */
function oneCopy(version: string): string {
  const key = `Symbol.for(${JSON.stringify(`mayday.node@${version}`)})`
  return (
    `if(globalThis[${key}])module.exports=globalThis[${key}];` +
    `else if(Object.isExtensible(globalThis))Object.defineProperty(globalThis,${key},{value:module.exports});`
  )
}

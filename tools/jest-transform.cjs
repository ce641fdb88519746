// TypeScript by SWC with decorator metadata; ESM packages that CommonJS code requires become
// CommonJS (Jest can require ESM only on Node >= 24.9); everything else passes untouched.
const { createHash } = require('node:crypto')
const { existsSync, readFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { createTransformer } = require('@swc/jest')

const packageTypes = new Map()

function isEsm(file) {
  if (/\.[mc]js$/.test(file)) return file.endsWith('.mjs')
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (!packageTypes.has(folder)) {
      const type = existsSync(manifest)
        ? (JSON.parse(readFileSync(manifest, 'utf8')).type ?? 'commonjs')
        : null
      packageTypes.set(folder, type)
    }
    if (packageTypes.get(folder) !== null) return packageTypes.get(folder) === 'module'
    if (folder === dirname(folder)) return false
  }
}

const typescriptTransformer = createTransformer({
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    keepClassNames: true,
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  sourceMaps: 'inline',
})
const requiredEsmTransformer = createTransformer({
  jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } },
  sourceMaps: false,
})

function pick(file, options) {
  if (file.endsWith('.ts')) return typescriptTransformer
  return !options.supportsStaticESM && isEsm(file) ? requiredEsmTransformer : null
}

const self = readFileSync(__filename)
module.exports = {
  process: (source, file, options) =>
    pick(file, options)?.process(source, file, options) ?? { code: source },
  getCacheKey: (source, file, options) =>
    createHash('sha1')
      .update(self)
      .update(source)
      .update(file)
      .update(`${options.supportsStaticESM}${options.instrument}`)
      .digest('hex'),
}

// Lets plain Node import the server's TypeScript, as Jest does: Jest itself does not transform what
// the global setup imports.
import { readFile } from 'node:fs/promises'
import { transform } from '@swc/core'

export function resolve(specifier, context, next) {
  return next(specifier, { ...context, conditions: [...context.conditions, '@mayday/source'] })
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context)
  const { code } = await transform(await readFile(new URL(url), 'utf8'), {
    filename: url,
    sourceMaps: 'inline',
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      keepClassNames: true,
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
  })
  return { format: 'module', source: code, shortCircuit: true }
}

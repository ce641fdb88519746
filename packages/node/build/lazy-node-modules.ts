type ChunkPlugin = { name: string; renderChunk(code: string): string }

const DECLARED = /^let (node_[\w$]+) = require\("(node:[\w/]+)"\);$/gm

/**
 * Loads each module of Node when it is first used: half of the time that the SDK takes to start was
 * theirs, and most apps never need them all. `process.getBuiltinModule` comes first, since a bundler
 * that makes an ES module of this file leaves no `require` in it.
 */
export function lazyNodeModules(): ChunkPlugin {
  return {
    name: 'lazy-node-modules',
    renderChunk(code) {
      let result = code
      for (const [declaration, name = '', module] of code.matchAll(DECLARED)) {
        const load = `process.getBuiltinModule?.("${module}") ?? require("${module}")`
        const rest = result.replace(declaration, '')
        if (new RegExp(`${wholeWord(name).source}(?!\\.)`).test(rest)) {
          throw new Error(`${module} is used as a whole; import what is needed of it by name.`)
        }
        // In brackets, since what follows `new` would be called by it otherwise.
        const uses = rest.replace(wholeWord(name), `(${name}())`)
        result = `let ${name}_loaded, ${name} = () => ${name}_loaded ??= ${load};\n${uses}`
      }
      return result
    },
  }
}

function wholeWord(name: string): RegExp {
  return new RegExp(`\\b${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g')
}

import { defineConfig } from 'tsdown'
import { lazyNodeModules } from './build/lazy-node-modules.ts'
import { packageFiles } from './build/package-files.ts'
import { SDK_VERSION } from './src/version.ts'

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['cjs'],
  platform: 'node',
  target: 'node18',
  sourcemap: false,
  dts: { oxc: true, sourcemap: false },
  // Names stay, so that a stack through the SDK can be read without a source map.
  minify: { mangle: { keepNames: { function: true, class: true } } },
  // One file, so that an app loads one; only error-stack-parser is installed beside it.
  deps: { alwaysBundle: [/^@mayday\//] },
  inputOptions: { resolve: { conditionNames: ['@mayday/source', 'import', 'node', 'default'] } },
  plugins: [lazyNodeModules(), packageFiles(SDK_VERSION)],
  clean: ['dist/index.*'],
})

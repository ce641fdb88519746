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
  // Without names: the path of the file says whose frames they are, and a seventh is saved.
  minify: { mangle: { keepNames: false } },
  // One file, so that an app loads one; only error-stack-parser is installed beside it.
  deps: { alwaysBundle: [/^@mayday\//] },
  inputOptions: { resolve: { conditionNames: ['@mayday/source', 'import', 'node', 'default'] } },
  plugins: [lazyNodeModules(), packageFiles(SDK_VERSION)],
  clean: ['dist/index.*'],
})

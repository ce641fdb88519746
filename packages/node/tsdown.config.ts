import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node18',
  sourcemap: false,
  dts: { oxc: true, sourcemap: false },
  // One file, so that an app loads one; only error-stack-parser is installed beside it.
  deps: { alwaysBundle: [/^@mayday\//] },
  inputOptions: { resolve: { conditionNames: ['@mayday/source', 'import', 'node', 'default'] } },
  clean: ['dist/index.*'],
})

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import buildSdk from '../../packages/node/build-for-tests.mjs'

/** The tests run the shop as a program of its own, with the built SDK. */
// biome-ignore lint/style/noDefaultExport: Jest asks for it.
export default function buildForTests() {
  buildSdk()
  const root = join(import.meta.dirname, '../..')
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'apps/demo'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
}

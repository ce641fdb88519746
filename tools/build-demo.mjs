import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import buildSdk from './build-sdk.mjs'

/** The tests run the shop as a program of its own, with the built SDK. */
export default function buildDemo() {
  buildSdk()
  const root = join(import.meta.dirname, '..')
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'apps/demo'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
}

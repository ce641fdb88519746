import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const here = join(import.meta.dirname, '../packages/node')

/** Tests of whole processes run the built package; it is built when a source is newer. */
export default function buildSdk() {
  const built = statSync(join(here, 'dist/index.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const newest = Math.max(
    ...['src', 'build', '../protocol/src'].map((to) => newestIn(join(here, to))),
  )
  if (newest <= built) return
  execFileSync('npm', ['run', 'build'], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
}

function newestIn(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
  return Math.max(0, ...files)
}

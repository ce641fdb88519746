// Makes a fresh clone, and one whose sources have changed, ready to run: right Node, dependencies
// installed, everything built. Does nothing, in a few milliseconds, when all of that is so.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export const ROOT = resolve(import.meta.dirname, '..')
const OLDEST_NODE = [20, 19]
const LOCK = join(ROOT, 'package-lock.json')
const INSTALLED = join(ROOT, 'node_modules/.package-lock.json')
const INSTALL_STAMP = join(ROOT, 'node_modules/.mayday-install')
const BUILD_STAMP = join(ROOT, 'node_modules/.mayday-build')
/** Folders and files of which the build is made. */
const SOURCES = ['packages', 'apps', 'tests', 'bench', 'package-lock.json', 'tsconfig.base.json']
const NO_SOURCES = new Set(['node_modules', 'dist', 'corpus', 'screenshots', 'results', 'fixtures'])
const OUTPUTS = [
  'apps/server/dist/main.js',
  'apps/demo/dist/main.js',
  'apps/viewer/dist/web/index.html',
  'packages/node/dist/index.mjs',
  'packages/protocol/dist',
  'packages/grouping/dist',
]

export function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantedMajor, wantedMinor] = OLDEST_NODE
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  fail(`Mayday needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.version}.`)
}

export function ensureInstalled() {
  const stamp = createHash('sha256').update(readFileSync(LOCK)).digest('hex')
  if (existsSync(INSTALLED)) {
    if (readIfThere(INSTALL_STAMP) === stamp) return
    // Installed by hand, after the lock was last written.
    if (statSync(INSTALLED).mtimeMs >= statSync(LOCK).mtimeMs) return
  }
  console.log('Installing dependencies (once, about a minute) …')
  npm(['ci'], 'The installation failed.')
  writeFileSync(INSTALL_STAMP, stamp)
}

export function ensureBuilt() {
  const stamp = stampOfSources()
  const isBuilt =
    readIfThere(BUILD_STAMP) === stamp && OUTPUTS.every((path) => existsSync(join(ROOT, path)))
  if (isBuilt) return
  console.log('Building …')
  npm(['run', '--silent', 'build'], 'The build failed.', 'pipe')
  writeFileSync(BUILD_STAMP, stamp)
}

/** Ends the process with one line that a person can act on. */
export function fail(line) {
  console.error(line)
  process.exit(1)
}

/** With `pipe`, what it writes is shown only when it fails. */
function npm(words, failure, stdio = 'inherit') {
  // A shell, because npm is a .cmd file on Windows.
  const options = { cwd: ROOT, stdio, shell: true, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }
  const { status, stdout, stderr } = spawnSync('npm', words, options)
  if (status === 0) return
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`)
  fail(failure)
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** Of names and contents, since a checkout gives every file a new time. */
function stampOfSources() {
  const hash = createHash('sha256')
  const read = (path) => {
    if (!statSync(join(ROOT, path)).isDirectory()) {
      hash
        .update(path)
        .update('\0')
        .update(readFileSync(join(ROOT, path)))
        .update('\0')
      return
    }
    for (const name of readdirSync(join(ROOT, path)).sort()) {
      if (!NO_SOURCES.has(name) && !name.startsWith('.install')) read(join(path, name))
    }
  }
  for (const path of SOURCES) read(path)
  return hash.digest('hex')
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  ensureNode()
  ensureInstalled()
  if (process.argv.includes('--build')) ensureBuilt()
}

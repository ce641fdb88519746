// `npm test`: installs, builds, finds a browser, runs every test. Words behind `--` go to Jest.
import { spawnSync } from 'node:child_process'
import { ensureBrowser } from './browser.mjs'
import { ensureBuilt, ensureInstalled, ensureNode, ROOT } from './ensure.mjs'

ensureNode()
ensureInstalled()
ensureBuilt()
const browser = ensureBrowser()
if (browser === undefined) {
  console.log(
    'Browser tests are skipped: install Chromium or Chrome (Debian: apt-get install chromium), or set CHROMIUM to its path.',
  )
}
// The build covers what runs; this, the tests as well. Its errors are told, and the tests run anyway.
const types = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], {
  cwd: ROOT,
  stdio: 'inherit',
})
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    ...process.argv.slice(2),
  ],
  // Empty: there is none, do not look for it elsewhere.
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, CHROMIUM: browser ?? '' } },
)
process.exitCode = status || types.status || (status === null ? 1 : 0)

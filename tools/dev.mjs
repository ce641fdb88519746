// `npm run dev`: compiler, server and viewer side by side; each follows what is saved.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, ensureNode, ROOT } from './ensure.mjs'

ensureNode()
ensureInstalled()
ensureBuilt()

const node = process.execPath
const programs = [
  [ROOT, ['node_modules/typescript/bin/tsc', '-b', '-w', '--preserveWatchOutput']],
  [ROOT, ['--watch', '--enable-source-maps', 'apps/server/dist/main.js', 'start']],
  [join(ROOT, 'apps/viewer'), [join(ROOT, 'node_modules/vite/bin/vite.js'), '--clearScreen=false']],
]
// The browser talks to Vite, which passes the API on; links and the check of origins must agree.
const env = { MAYDAY_URL: 'http://localhost:5173', ...process.env }
const children = programs.map(([cwd, words]) => spawn(node, words, { cwd, env, stdio: 'inherit' }))
for (const child of children) {
  // One that ends takes the others along: half a set would only confuse.
  child.once('exit', (code) => {
    for (const other of children) other.kill('SIGTERM')
    process.exitCode ||= code ?? 0
  })
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal)
  })
}

// `npm start`: everything from a fresh clone to a running server. The server runs in this process,
// so that signals reach it and no second Node waits beside it.
import { ensureBuilt, ensureInstalled, ensureNode, ROOT } from './ensure.mjs'

const PARENT_POLL_MS = 200

ensureNode()
ensureInstalled()
ensureBuilt()
if (process.env.npm_lifecycle_event === 'start') stopWithShell()
process.argv.splice(2, 0, 'start')
await import(`${ROOT}/apps/server/dist/main.js`)

/** npm that is told to stop tells only the shell between, and that shell tells nobody. */
function stopWithShell() {
  const shell = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, PARENT_POLL_MS)
  timer.unref()
}

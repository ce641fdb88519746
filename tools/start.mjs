// `npm start`: everything from a fresh clone to a running server. The server runs in this process,
// so that signals reach it and no second Node waits beside it.
import { ensureBuilt, ensureInstalled, ensureNode, ROOT } from './ensure.mjs'

ensureNode()
ensureInstalled()
ensureBuilt()
process.argv.splice(2, 0, 'start')
await import(`${ROOT}/apps/server/dist/main.js`)

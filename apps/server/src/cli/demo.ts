import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ensureProject } from '../projects/create-project.ts'
import { dsnOf } from '../projects/dsn-of.ts'
import { CommandError } from './command.ts'
import { reservePort } from './port.ts'
import type { Server } from './server.ts'

/** The same path from `src/cli` and from `dist/cli`. */
const PROGRAM = resolve(import.meta.dirname, '../../../demo/dist/main.js')
const USUAL_PORT = 9600
const LOCALHOST = '127.0.0.1'

/** Runs the demo shop beside the server, as a program of its own that knows nothing but its DSN. */
export function startDemo(server: Server, say: (text: string) => void): { stop(): Promise<void> } {
  if (!existsSync(PROGRAM)) {
    throw new CommandError(`the demo shop is not built (${PROGRAM}); run npm run build`)
  }
  let child: ChildProcess | undefined
  let isStopping = false
  const started = server.ready.then(async () => {
    if (isStopping) return
    const names = { organization: 'my-team', project: 'shop', platform: 'node' }
    const { publicKey, id } = await ensureProject(server.database, names)
    const port = await reservePort(USUAL_PORT, LOCALHOST).catch(() => reservePort(0, LOCALHOST))
    const dsn = dsnOf(server.localUrl, publicKey, id)
    say(`The demo shop runs at http://localhost:${port} and fails now; see project shop.\n\n`)
    child = spawn(process.execPath, [PROGRAM, '--fail'], {
      env: { ...process.env, MAYDAY_DSN: dsn, PORT: String(port) },
      // The channel carries nothing: it closes when this process is killed, and the shop ends then.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.once('exit', (code, signal) => {
      if (!isStopping) say(`The demo shop ended (${signal ?? `code ${code}`}).\n`)
    })
  })
  started.catch((error: Error) => say(`The demo shop cannot run: ${error.message}\n`))
  return {
    async stop() {
      isStopping = true
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

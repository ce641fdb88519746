import cluster from 'node:cluster'
import { setTimeout as wait } from 'node:timers/promises'
import { makeItFail } from './make-it-fail.ts'

/**
 * The shop runs in a child process that is started again when it dies, as it would be in production:
 * one of its routes throws in a timer, which ends a process by Node's rules.
 */
const RESTART_DELAY_MS = 200
const DEFAULT_PORT = 3000

if (cluster.isPrimary) await supervise()
else await serve()

async function supervise(): Promise<void> {
  const requested = Number(process.env.PORT ?? DEFAULT_PORT)
  let isStopping = false
  let url: string | undefined
  const isFailing = process.argv.includes('--fail')
  // Then what is printed is what was done; what the shop itself logs would drown it.
  cluster.setupPrimary({ silent: isFailing })
  cluster.on('fork', ({ process: child }) => {
    child.stdout?.resume()
    child.stderr?.resume()
  })
  cluster.fork({ PORT: String(requested) })
  const workers = () => Object.values(cluster.workers ?? {})
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      isStopping = true
      if (workers().length === 0) process.exit(0)
      for (const worker of workers()) worker?.kill(signal)
    })
  }
  // `mayday start --demo` holds a channel to it, which closes however that server ends.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  cluster.on('exit', async (_, code, signal) => {
    if (isStopping) process.exit(0)
    if (url === undefined) {
      console.error(`the shop could not start on port ${requested}; is it taken?`)
      process.exit(1)
    }
    console.log(`shop process ended (${signal ?? `exit code ${code}`}), starting it again`)
    await wait(RESTART_DELAY_MS)
    if (isStopping) process.exit(0)
    cluster.fork({ PORT: new URL(url).port })
  })
  cluster.on('listening', async (_, address) => {
    if (url !== undefined) return
    url = `http://127.0.0.1:${address.port}`
    console.log(`shop listening on ${url}`)
    if (isFailing) await makeItFail(url, { print: console.log })
  })
}

async function serve(): Promise<void> {
  // Before the shop's modules are loaded, so that stacks show its TypeScript.
  process.setSourceMapsEnabled(true)
  const Mayday = await import('@mayday/node')
  Mayday.init({ release: 'shop@2.4.1', environment: 'demo' })
  const { startShop } = await import('./shop.ts')
  await startShop({
    port: Number(process.env.PORT),
    databaseUrl: process.env.DEMO_DATABASE_URL,
  })
}

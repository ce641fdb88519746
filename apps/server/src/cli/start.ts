import { pino } from 'pino'
import { loadConfig } from '../config.ts'
import type { Values } from './command.ts'
import { startDemo } from './demo.ts'
import { reservePort } from './port.ts'
import { startServer } from './server.ts'

/** npm passes a Ctrl-C on that the terminal has sent to every process already. */
const SAME_INTERRUPT_MS = 500

export async function start(values: Values): Promise<number> {
  const wished = loadConfig(process.env)
  const port = await reservePort(wished.port, wished.host)
  const config = loadConfig({ ...process.env, PORT: String(port) })
  // Lines for people go to stdout, for machines to stderr, and those only when something is wrong.
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
  process.stdout.on('error', () => {
    // Whoever read it has gone; that is no reason to stop serving.
  })
  const say = (text: string) => void process.stdout.write(text)
  const stopped = whenToldToStop()
  const server = await startServer({ config, log, say })
  const demo = values.demo ? startDemo(server, say) : undefined
  await stopped
  say('Stopping\n')
  await demo?.stop()
  await server.stop()
  return 0
}

/** Resolves at the first signal; a second one ends the process there and then. */
function whenToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (firstAtMs === undefined) {
          firstAtMs = performance.now()
          resolve()
        } else if (signal !== 'SIGINT' || performance.now() - firstAtMs > SAME_INTERRUPT_MS) {
          process.stderr.write('mayday: told to stop again, so it ends at once\n')
          process.exit(1)
        }
      })
    }
  })
}

import { Connection } from '../db/connection.ts'
import type { DigestLog } from './digest-messages.ts'

export type PeriodicOptions = {
  databaseUrl: string
  /** As PostgreSQL lists the connection, and a log line begins. */
  name: string
  everyMs: number
  /** After a failure: the database may be away for a moment only. */
  retryMs: number
  work: (connection: Connection) => Promise<void>
  log: DigestLog
}

/** Does its work at once and then again and again, each time over a connection of its own. */
export class Periodic {
  readonly #options: PeriodicOptions
  #timer: NodeJS.Timeout | undefined
  #work: Promise<void> = Promise.resolve()
  #connection: Connection | undefined
  #isStopping = false

  constructor(options: PeriodicOptions) {
    this.#options = options
  }

  start(): void {
    this.#work = this.#run()
  }

  /** Breaks off what is under way: the next start goes on with it. */
  async stop(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#timer)
    this.#connection?.close()
    await this.#work
  }

  async #run(): Promise<void> {
    const { databaseUrl, name, everyMs, retryMs, work, log } = this.#options
    let pauseMs = everyMs
    try {
      this.#connection = await Connection.open(databaseUrl, `mayday ${name}`)
      await work(this.#connection)
    } catch (error) {
      pauseMs = retryMs
      if (!this.#isStopping) log('warn', `${name} failed; it is tried again in a minute`, { error })
    }
    this.#connection?.close()
    this.#connection = undefined
    if (!this.#isStopping) this.#timer = setTimeout(() => this.start(), pauseMs)
  }
}

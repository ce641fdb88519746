import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const POLL_MS = 100
/** Without progress for so long, the events will not come. */
const STALL_MS = 20_000

/** What a run has left in the embedded database of the server. */
export class Store {
  readonly postgresPid: number
  readonly #client: pg.Client

  private constructor(client: pg.Client, postgresPid: number) {
    this.#client = client
    this.postgresPid = postgresPid
  }

  static async open(dataDir: string): Promise<Store> {
    const lines = readFileSync(join(dataDir, 'pg18/postmaster.pid'), 'utf8').split('\n')
    const [pid, , , , host = ''] = lines.map((line) => line.trim())
    const client = new pg.Client({ host, user: 'mayday', database: 'mayday' })
    await client.connect()
    return new Store(client, Number(pid))
  }

  async countEvents(): Promise<number> {
    return this.#number('select count(*) as n from event')
  }

  /** Rows, large values and indexes of the events alone. */
  async eventBytes(): Promise<number> {
    return this.#number(
      `select coalesce(sum(pg_total_relation_size(inhrelid)), 0) as n
       from pg_inherits where inhparent = 'event'::regclass`,
    )
  }

  async countIssues(): Promise<number> {
    return this.#number('select count(*) as n from issue')
  }

  /** @throws Error when events stop arriving before there are so many */
  async waitForEvents(wanted: number): Promise<void> {
    let best = -1
    let progressAt = performance.now()
    for (;;) {
      const count = await this.countEvents()
      if (count >= wanted) return
      if (count > best) progressAt = performance.now()
      best = Math.max(best, count)
      if (performance.now() - progressAt > STALL_MS) {
        throw new Error(`Only ${count} of ${wanted} events were digested`)
      }
      await sleep(POLL_MS)
    }
  }

  async close(): Promise<void> {
    await this.#client.end()
  }

  async #number(statement: string): Promise<number> {
    const { rows } = await this.#client.query<{ n: string }>(statement)
    return Number(rows[0]?.n)
  }
}

import pg from 'pg'

const CONNECT_TIMEOUT_MS = 5_000
/** The server ends a statement first; the client's own clock is for a server that says nothing more. */
const STATEMENT_TIMEOUT_MS = 20_000
const QUERY_TIMEOUT_MS = 25_000

/** The database did not answer: away, frozen, or the connection broke. Says nothing about the data. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway'
}

/**
 * One connection without a pool and without TypeORM, for work that goes on for ever on a thread of
 * its own. After DatabaseAway it is of no further use: close it and open another.
 */
export class Connection {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** @throws DatabaseAway when it cannot be reached within five seconds or refuses */
  static async open(url: string, name: string): Promise<Connection> {
    const client = new pg.Client({
      connectionString: url,
      application_name: name,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
    })
    client.on('error', () => {
      // A connection that breaks while idle: the next statement fails and tells.
    })
    try {
      await client.connect()
    } catch (cause) {
      destroy(client)
      throw away(cause)
    }
    return new Connection(client)
  }

  /** @throws pg.DatabaseError for what the server refuses; DatabaseAway for everything else */
  async query(statement: string, parameters: unknown[] = []): Promise<unknown[]> {
    try {
      return (await this.#client.query(statement, parameters)).rows
    } catch (error) {
      throw error instanceof pg.DatabaseError ? error : away(error)
    }
  }

  async transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    await this.query('begin')
    try {
      const result = await work(this)
      await this.query('commit')
      return result
    } catch (error) {
      // A broken or frozen connection ends the transaction itself, or never answers.
      if (!(error instanceof DatabaseAway)) await this.query('rollback')
      throw error
    }
  }

  /** At once, whatever is under way: a frozen server would not answer a farewell. */
  close(): void {
    destroy(this.#client)
  }
}

function destroy(client: pg.Client): void {
  client.connection.stream.destroy()
}

function away(cause: unknown): DatabaseAway {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DatabaseAway(`The database does not answer: ${reason}`, { cause })
}

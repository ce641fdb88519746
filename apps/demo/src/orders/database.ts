import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import pg from 'pg'

/** The shop's orders, behind a connection that is cut while a query runs. */
export type OrderDatabase = { findOrder(id: number): Promise<{ id: number; total: number }> }

export async function connectDatabase(databaseUrl: string | undefined): Promise<OrderDatabase> {
  const connectionString = databaseUrl ?? (await startUnreliablePostgres())
  const pool = new pg.Pool({ connectionString, max: 4 })
  // An idle connection that breaks is not a failed request; the pool opens another.
  pool.on('error', (error) => console.warn(`database connection lost: ${error.message}`))
  return {
    async findOrder(id) {
      const { rows } = await pool.query(
        `select $1::int as id, 0 as total, pg_terminate_backend(pg_backend_pid())`,
        [id],
      )
      return rows[0]
    },
  }
}

/** As much of PostgreSQL as it takes to be connected to, and to hang up at the first query. */
async function startUnreliablePostgres(): Promise<string> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined)
    let isConnected = false
    socket.on('data', () => {
      if (isConnected) {
        socket.destroy()
        return
      }
      isConnected = true
      socket.write(Buffer.concat([AUTHENTICATION_OK, READY_FOR_QUERY]))
    })
  })
  // Of this process alone: what is not exclusive, a cluster shares.
  server.listen({ port: 0, host: '127.0.0.1', exclusive: true }).unref()
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return `postgres://shop@127.0.0.1:${port}/shop?sslmode=disable`
}

const AUTHENTICATION_OK = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0])
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])

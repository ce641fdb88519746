import { existsSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { postgresEnvironment, prepareBinaries } from './embedded-postgres-binaries.ts'
import { createCluster } from './embedded-postgres-cluster.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { DATABASE_FOLDER, makeSocketDir, placeDatabase } from './embedded-postgres-folders.ts'
import { claim, findOwner, type OwnerKind, release } from './embedded-postgres-owner.ts'
import { clearRemains } from './embedded-postgres-remains.ts'
import { Supervisor } from './embedded-postgres-supervisor.ts'

const NAME = 'mayday'
const POLL_MS = 50
const FIND_TIMEOUT_MS = 60_000
const NO_SUCH_DATABASE = '3D000'

export type EmbeddedPostgres = { url: string; stop(): Promise<void> }

type Options = {
  dataDir: string
  log: (line: string) => void
  /** Whether a commit waits for the disk. @default true. Only tests, which lose nothing, say false. */
  sync?: boolean
}

/**
 * Runs PostgreSQL on `<dataDir>/pg18`, made when it is not there. It listens on a socket in a private
 * folder only, is started again when it dies, and ends with this process however that ends.
 * @throws EmbeddedPostgresError with one line that says why it cannot run
 */
export function startEmbeddedPostgres(options: Options): Promise<EmbeddedPostgres> {
  return start(options, 'server')
}

/**
 * The database of the server that runs on the data folder; where none runs, it is started for the
 * caller and ends with `stop()`.
 * @throws EmbeddedPostgresError
 */
export async function findEmbeddedPostgres(
  dataDir: string,
  log: (line: string) => void,
): Promise<EmbeddedPostgres> {
  const ownerFile = join(dataDir, OWNER_FILE)
  const deadline = Date.now() + FIND_TIMEOUT_MS
  while (Date.now() < deadline) {
    const owner = findOwner(ownerFile)
    if (owner?.kind !== 'server') return start({ dataDir, log }, 'command')
    const url = urlOf(owner.socketDir)
    if (await canConnect(url)) return { url, stop: async () => {} }
    await sleep(POLL_MS)
  }
  throw new EmbeddedPostgresError(
    `the server on ${dataDir} runs, but its database does not answer since ${FIND_TIMEOUT_MS / 1000} s`,
  )
}

/** Whether the data folder holds an embedded database already. */
export function hasEmbeddedDatabase(dataDir: string): boolean {
  return existsSync(join(dataDir, DATABASE_FOLDER))
}

const OWNER_FILE = `${DATABASE_FOLDER}.owner`

async function start(options: Options, kind: OwnerKind): Promise<EmbeddedPostgres> {
  const { dataDir, log, sync = true } = options
  const { folder, runAs } = placeDatabase(dataDir)
  const ownerFile = join(realpathSync(dataDir), OWNER_FILE)
  const socketDir = makeSocketDir(runAs)
  const cleanUp = () => {
    rmSync(socketDir, { recursive: true, force: true })
    release(ownerFile, socketDir)
  }
  let supervisor: Supervisor | undefined
  try {
    await claim(ownerFile, kind, socketDir)
    const bin = prepareBinaries(runAs, folder)
    await clearRemains(folder, log)
    createCluster({ bin, folder, runAs, sync, log })
    supervisor = new Supervisor({
      program: join(bin, 'postgres'),
      parameters: ['-D', folder, ...settings(socketDir, sync)],
      folder,
      socketDir,
      spawn: { env: postgresEnvironment(), cwd: '/', ...runAs },
      log,
    })
    await supervisor.start()
    await createDatabase(socketDir)
  } catch (error) {
    await supervisor?.stop()
    cleanUp()
    throw error
  }
  const running = supervisor
  return {
    url: urlOf(socketDir),
    async stop() {
      await running.stop()
      cleanUp()
    },
  }
}

function settings(socketDir: string, sync: boolean): string[] {
  const values = {
    listen_addresses: '',
    unix_socket_directories: socketDir,
    shared_buffers: '128MB',
    max_connections: 50,
    // Nothing replicates from it, so the log holds only what a crash needs.
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '1GB',
    jit: 'off',
    random_page_cost: 1.1,
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    ...(sync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function urlOf(socketDir: string, database = NAME): string {
  return `postgres://${NAME}@localhost/${database}?host=${encodeURIComponent(socketDir)}`
}

async function createDatabase(socketDir: string): Promise<void> {
  const reason = await tryConnection(urlOf(socketDir))
  if (reason === undefined) return
  if (reason.code !== NO_SUCH_DATABASE) throw reason
  const client = new pg.Client({ connectionString: urlOf(socketDir, 'postgres') })
  await client.connect()
  try {
    await client.query(`create database ${NAME}`)
  } finally {
    await client.end()
  }
}

async function canConnect(url: string): Promise<boolean> {
  return (await tryConnection(url)) === undefined
}

async function tryConnection(url: string): Promise<(Error & { code?: string }) | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
    await client.end()
    return undefined
  } catch (error) {
    return error as Error
  }
}

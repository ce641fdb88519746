// Holds the embedded PostgreSQL of a folder until it is killed or its input ends.
import { startEmbeddedPostgres } from '../../apps/server/dist/db/embedded-postgres.js'

const log = (line) => process.stdout.write(`${line}\n`)
try {
  const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2], log })
  log(`url ${postgres.url}`)
  process.stdin.resume().once('end', async () => {
    await postgres.stop()
    process.exit(0)
  })
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { register } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'mayday-jest-'

/** One PostgreSQL for the whole run, with a migrated template that every test file clones. */
export default async function globalSetup() {
  removeFoldersOfDeadRuns()
  register('./typescript-hooks.mjs', import.meta.url)
  const { startEmbeddedPostgres } = await import('../src/db/embedded-postgres.ts')
  const { makeTemplate } = await import('./template.ts')
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => {}, sync: false })
  globalThis.maydayTestPostgres = { postgres, dataDir }
  await makeTemplate(postgres.url)
  process.env.MAYDAY_TEST_POSTGRES = postgres.url
}

/** A run that was killed could not remove its own. */
function removeFoldersOfDeadRuns() {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX))) {
    if (isRunning(Number.parseInt(name.slice(PREFIX.length), 10))) continue
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

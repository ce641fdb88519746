import { spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { postgresEnvironment } from './embedded-postgres-binaries.ts'
import { EmbeddedPostgresError, folderError } from './embedded-postgres-error.ts'
import type { RunAs } from './embedded-postgres-folders.ts'

const MAJOR = '18'

type Options = {
  bin: string
  folder: string
  runAs: RunAs
  sync: boolean
  log: (line: string) => void
}

/**
 * Makes the database's files if there are none. They are made beside the folder and moved there
 * when complete, so an interrupted first start leaves nothing that looks like a database.
 * @throws EmbeddedPostgresError
 */
export function createCluster({ bin, folder, runAs, sync, log }: Options): void {
  if (isCluster(folder)) return
  const draft = `${folder}.new`
  try {
    rmSync(draft, { recursive: true, force: true })
    mkdirSync(draft, { mode: 0o700 })
    if (runAs) chownSync(draft, runAs.uid, runAs.gid)
  } catch (error) {
    throw folderError(`cannot make ${draft}`, error)
  }
  log('Creating the database')
  const parameters = ['-D', draft, '-U', 'mayday', '--auth=trust', '--encoding=UTF8']
  // The bundled ICU and the machine's C library both sort by their version; this locale never changes.
  parameters.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C')
  parameters.push('--no-instructions', ...(sync ? [] : ['--no-sync']))
  const options = { cwd: '/', env: postgresEnvironment(), encoding: 'utf8' as const, ...runAs }
  const { status, error, stderr } = spawnSync(join(bin, 'initdb'), parameters, options)
  if (status !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw new EmbeddedPostgresError(
      `cannot create the database in ${folder}: ${reasonOf(stderr) ?? error?.message ?? `status ${status}`}`,
    )
  }
  if (existsSync(folder)) rmdirSync(folder)
  renameSync(draft, folder)
}

/** The line that tells why, out of what initdb or postgres wrote. */
export function reasonOf(output: string | null | undefined): string | undefined {
  const lines = (output ?? '').split('\n').map((line) => line.trim())
  // Behind the first error come those that follow from it.
  const blamed = lines.find((line) => /\b(FATAL|PANIC|ERROR|error):/.test(line))
  const told =
    lines.find((line) => line.includes('No space left')) ??
    blamed ??
    lines.filter((line) => line !== '').at(-1)
  return told?.replace(/^.*?\b(FATAL|PANIC|ERROR|error):\s*/, '')
}

function isCluster(folder: string): boolean {
  if (!existsSync(folder)) return false
  const versionFile = join(folder, 'PG_VERSION')
  if (existsSync(versionFile)) {
    const version = readFileSync(versionFile, 'utf8').trim()
    if (version === MAJOR) return true
    throw new EmbeddedPostgresError(
      `${folder} holds a database of PostgreSQL ${version}, and the embedded one is ${MAJOR}`,
    )
  }
  if (readdirSync(folder).length === 0) return false
  throw new EmbeddedPostgresError(
    `${folder} holds files but no database (PG_VERSION is missing); move it away to start with an empty one`,
  )
}

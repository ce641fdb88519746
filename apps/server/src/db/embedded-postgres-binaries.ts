import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { EmbeddedPostgresError, folderError } from './embedded-postgres-error.ts'
import { makePassable, type RunAs, SHARED_FOLDER } from './embedded-postgres-folders.ts'

const ELSE = 'set DATABASE_URL to a PostgreSQL 15 or newer'

/**
 * The folder with `postgres` and `initdb`, ready to be run by that user: in the installed package if
 * he can reach it and its libraries are linked, else a copy.
 * @throws EmbeddedPostgresError where PostgreSQL cannot run
 */
export function prepareBinaries(runAs: RunAs, databaseFolder: string): string {
  const installed = findPackage()
  if (areLibrariesLinked(installed.native) && canRun(installed.native, runAs)) {
    return join(installed.native, 'bin')
  }
  const name = `postgres-${installed.version}`
  const places = [join(dirname(databaseFolder), name)]
  if (process.getuid?.() === 0) places.unshift(join(SHARED_FOLDER, name))
  const { native, isNew } = copyTo(places, installed.native)
  const failure = runVersion(native, runAs)
  if (failure === undefined) return join(native, 'bin')
  // Else the copy of a broken installation would outlive its repair.
  if (isNew) rmSync(native, { recursive: true, force: true })
  throw new EmbeddedPostgresError(failure)
}

/** Nothing of the caller's environment but what PostgreSQL needs: PGDATA or a locale would change its ways. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
}

function findPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  // Its Windows build wants TCP, passwords and another way to stop; nobody has tried it here.
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError(`there is no embedded PostgreSQL for Windows; ${ELSE}`)
  }
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    const root = resolve(dirname(entry), '..')
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    return { native: join(root, 'native'), version }
  } catch (error) {
    throw new EmbeddedPostgresError(
      `there is no embedded PostgreSQL for ${process.platform} ${process.arch} (${name} is not installed); ${ELSE}`,
      { cause: error },
    )
  }
}

/** The package brings its library links as a list, for a script that `ignore-scripts` keeps from running. */
function linkLibraries(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const link of links) {
    // The list calls this folder `native`, whatever the name of a copy is.
    const source = join(native, link.source.replace(/^native\//, ''))
    const target = join(native, link.target.replace(/^native\//, ''))
    if (existsSync(target)) continue
    try {
      symlinkSync(relative(dirname(target), source), target)
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

function areLibrariesLinked(native: string): boolean {
  try {
    linkLibraries(native)
    return true
  } catch {
    // The installation is read-only, which a copy cures.
    return false
  }
}

function canRun(native: string, runAs: RunAs): boolean {
  const failure = runVersion(native, runAs)
  if (failure === undefined) return true
  if (runAs === undefined) throw new EmbeddedPostgresError(failure)
  return false
}

/** Undefined when it runs, else why not. */
function runVersion(native: string, runAs: RunAs): string | undefined {
  const program = join(native, 'bin', 'postgres')
  const options = { cwd: '/', env: postgresEnvironment(), encoding: 'utf8' as const, ...runAs }
  const { status, error, stderr } = spawnSync(program, ['--version'], options)
  if (status === 0) return undefined
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  // The file is there: what is missing is the loader that it names, that of glibc.
  if (code === 'ENOENT') return `the embedded PostgreSQL needs glibc, which is not here; ${ELSE}`
  if (code === 'EPERM') {
    return `may not start PostgreSQL as the user with id ${runAs?.uid}; start Mayday as an ordinary user or ${ELSE}`
  }
  const reason = code ?? stderr?.trim().split('\n').at(-1)
  return `the embedded PostgreSQL does not run here (${reason}); ${ELSE}`
}

function copyTo(places: string[], native: string): { native: string; isNew: boolean } {
  let failure: unknown
  for (const place of places) {
    if (existsSync(place)) return { native: place, isNew: false }
    const draft = `${place}.${process.pid}`
    try {
      makePassable(dirname(place))
      cpSync(native, draft, {
        recursive: true,
        verbatimSymlinks: true,
        mode: constants.COPYFILE_FICLONE,
      })
      openToAll(draft)
      linkLibraries(draft)
      renameSync(draft, place)
      return { native: place, isNew: true }
    } catch (error) {
      // Another process may have finished its copy first; else the next place is tried.
      failure = error
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
    if (existsSync(place)) return { native: place, isNew: false }
  }
  throw folderError(`cannot copy PostgreSQL to ${places.at(-1)}`, failure)
}

/** The installation may be private to its user; the copy is for another one. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openToAll(path)
    else if (entry.isFile()) chmodSync(path, folder.endsWith('/bin') ? 0o755 : 0o644)
  }
}

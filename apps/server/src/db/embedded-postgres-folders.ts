import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { EmbeddedPostgresError, folderError } from './embedded-postgres-error.ts'

/** Named for the major version: files of one major cannot be opened by another. */
export const DATABASE_FOLDER = 'pg18'
/** Where root keeps what the user that runs PostgreSQL must reach. */
export const SHARED_FOLDER = '/var/lib/mayday'
/** PostgreSQL refuses to run as root; the first of these that exists is used instead. */
const SERVICE_USERS = ['postgres', '_postgres', 'nobody']
/** The path of a socket may have about 100 characters; its file name takes 14. */
const SOCKET_FOLDER_LIMIT = 80

/** The user that PostgreSQL runs as; undefined: the one that runs Mayday. */
export type RunAs = { uid: number; gid: number } | undefined
export type Place = { folder: string; runAs: RunAs }

/**
 * Decides where the database lies and who runs it. Usually `<dataDir>/pg18`. PostgreSQL does not run
 * as root and its other user cannot pass a private folder above the data (such as /root): then the
 * files lie below /var/lib/mayday and `<dataDir>/pg18` is a link to them.
 * @throws EmbeddedPostgresError
 */
export function placeDatabase(dataDir: string): Place {
  const isRoot = process.getuid?.() === 0
  makeDataDir(dataDir, isRoot)
  const entry = join(dataDir, DATABASE_FOLDER)
  if (lstatSync(entry, { throwIfNoEntry: false })) return placeOfExisting(entry, isRoot)
  if (!isRoot) return { folder: join(realpathSync(dataDir), DATABASE_FOLDER), runAs: undefined }
  const runAs = serviceUser()
  if (canPass(realpathSync(dataDir), runAs)) {
    return { folder: join(realpathSync(dataDir), DATABASE_FOLDER), runAs }
  }
  const folder = join(SHARED_FOLDER, randomBytes(4).toString('hex'), DATABASE_FOLDER)
  try {
    makePassable(dirname(folder))
    symlinkSync(folder, entry)
  } catch (error) {
    throw folderError(`cannot make ${folder}, and a folder above ${dataDir} is private`, error)
  }
  return { folder, runAs }
}

/** A new private folder for the socket, with a short path that nobody can guess. */
export function makeSocketDir(runAs: RunAs): string {
  const base = tmpdir().length < SOCKET_FOLDER_LIMIT ? tmpdir() : '/tmp'
  try {
    const folder = mkdtempSync(join(base, 'mayday-'))
    if (runAs) chownSync(folder, runAs.uid, runAs.gid)
    return folder
  } catch (error) {
    throw folderError(`cannot make a folder in ${base}`, error)
  }
}

/** A folder that other users may pass, whatever the umask says. */
export function makePassable(folder: string): void {
  if (existsSync(folder)) return
  makePassable(dirname(folder))
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
}

/** Whether the user may pass every folder of the path, by the usual permission bits. */
export function canPass(path: string, user: NonNullable<RunAs>): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

function makeDataDir(dataDir: string, isRoot: boolean): void {
  try {
    mkdirSync(dirname(dataDir), { recursive: true })
    mkdirSync(dataDir, { recursive: true, mode: isRoot ? 0o711 : 0o700 })
    // Passing is not reading: the journal and the secret beside the database stay private.
    const mode = statSync(dataDir).mode
    if (isRoot && (mode & 0o001) === 0) chmodSync(dataDir, (mode & 0o7777) | 0o001)
  } catch (error) {
    throw folderError(`cannot use ${dataDir} as the data folder (MAYDAY_DATA)`, error)
  }
}

function placeOfExisting(entry: string, isRoot: boolean): Place {
  const stats = statsOfDatabase(entry)
  const folder = realpathSync(entry)
  if (!isRoot) {
    if (stats.uid === process.getuid?.()) return { folder, runAs: undefined }
    throw new EmbeddedPostgresError(
      `${entry} belongs to the user with id ${stats.uid}; start Mayday as that user or as root`,
    )
  }
  if (stats.uid !== 0) return { folder, runAs: { uid: stats.uid, gid: stats.gid } }
  if (readdirSync(folder).length > 0) {
    throw new EmbeddedPostgresError(`${entry} belongs to root, and PostgreSQL does not run as root`)
  }
  const runAs = serviceUser()
  chownSync(folder, runAs.uid, runAs.gid)
  return { folder, runAs }
}

function statsOfDatabase(entry: string): Stats {
  try {
    return statSync(entry)
  } catch (error) {
    throw folderError(`cannot open the database at ${entry}`, error)
  }
}

function serviceUser(): NonNullable<RunAs> {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of SERVICE_USERS) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody"; start Mayday as an ordinary user or set DATABASE_URL',
  )
}

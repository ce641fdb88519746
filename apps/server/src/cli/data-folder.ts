import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOfFileError } from '../db/embedded-postgres-error.ts'
import { CommandError } from './command.ts'

/** Enough to notice a full disk, where an empty file can often still be made. */
const PROBE = Buffer.alloc(64 * 1024)
const SECRET_BYTES = 32

/** @throws CommandError when nothing can be written there */
export function prepareDataFolder(dataDir: string): void {
  const probe = join(dataDir, `.probe-${process.pid}`)
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(probe, PROBE, { flush: true })
  } catch (error) {
    throw new CommandError(
      `cannot write to the data folder ${dataDir} (MAYDAY_DATA): ${reasonOfFileError(error)}`,
      { cause: error },
    )
  } finally {
    removeQuietly(probe)
  }
}

/** The secret of the settings, else the one kept in the data folder, made at the first start. */
export function readOrMakeSecret(dataDir: string, configured: string | undefined): string {
  if (configured !== undefined) return configured
  const file = join(dataDir, 'secret')
  const draft = `${file}.${process.pid}`
  try {
    writeFileSync(draft, `${randomBytes(SECRET_BYTES).toString('hex')}\n`, {
      mode: 0o600,
      flush: true,
    })
    // Of two servers at once the second one finds the link taken, and reads the first one's secret.
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new CommandError(`cannot write ${file}: ${reasonOfFileError(error)}`, { cause: error })
    }
  } finally {
    removeQuietly(draft)
  }
  const secret = readSecret(file)
  if (secret.length >= SECRET_BYTES) return secret
  throw new CommandError(`${file} is damaged; restore it, or remove it to end all sessions`)
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${reasonOfFileError(error)}`, { cause: error })
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // On a read-only disk it was never made; that is reported already.
  }
}

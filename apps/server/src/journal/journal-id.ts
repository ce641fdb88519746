import { randomUUID } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isErrorCode, syncFolder } from './segment.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * The id that the folder's journal was given when it was first opened; undefined when it cannot be
 * used.
 *
 * @throws the file system's error, with code ENOENT where no journal was ever opened
 */
export async function readJournalId(folder: string): Promise<string | undefined> {
  const id = (await readFile(join(folder, 'id'), 'utf8')).trim()
  return UUID.test(id) ? id : undefined
}

/**
 * An id that cannot be used is replaced. Digest then starts from the first record again, which is
 * safe: events that it has stored already drop out as duplicates.
 */
export async function readOrCreateJournalId(folder: string): Promise<string> {
  const known = await readJournalId(folder).catch((error: unknown) => {
    if (isErrorCode(error, 'ENOENT')) return undefined
    throw error
  })
  return known ?? createJournalId(folder)
}

async function createJournalId(folder: string): Promise<string> {
  const path = join(folder, 'id')
  const id = randomUUID()
  const handle = await open(`${path}.new`, 'w', 0o600)
  try {
    await handle.writeFile(`${id}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(folder)
  await syncFolder(dirname(folder))
  return id
}

import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Kept for a person to look at; a broken disk must not fill itself with copies. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024

/**
 * Keeps a copy of bytes that are no record. The name tells the place, so reading the same place
 * again writes no second copy.
 */
export async function setAside(
  journalFolder: string,
  place: { segment: number; position: number },
  bytes: Buffer,
): Promise<void> {
  const folder = join(journalFolder, 'damaged')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if ((await folderBytes(folder)) + bytes.length > MAX_KEPT_BYTES) return
    await writeFile(join(folder, `${place.segment}-${place.position}.bytes`), bytes, {
      mode: 0o600,
    })
  } catch {
    // The copy is a courtesy. The damage itself is reported in any case, and reading must go on,
    // most of all on a disk that is full or failing.
  }
}

async function folderBytes(folder: string): Promise<number> {
  const files = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name))))
  return files.reduce((sum, { size }) => sum + size, 0)
}

import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { type KnownKey, knownKey } from './known-key.ts'

const snapshot = z.array(knownKey)

/** The keys that were known when the file was written; none where it is missing or torn. */
export async function readSnapshot(path: string): Promise<KnownKey[]> {
  try {
    return snapshot.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    // The file only helps a start without the database; without it that start knows no keys.
    return []
  }
}

export async function writeSnapshot(path: string, keys: KnownKey[]): Promise<void> {
  try {
    await writeFile(`${path}.new`, JSON.stringify(keys), { mode: 0o600 })
    await rename(`${path}.new`, path)
  } catch {
    // On a full disk the older file stays; the next change tries again.
  }
}

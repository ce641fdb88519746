import { mkdtempSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that nothing can be written to, as after a deployment under another user. */
async function uploadFolder(): Promise<string> {
  // To root no mode of a folder is an obstacle, but Linux lets nobody make files here.
  if (process.getuid?.() === 0) return '/sys/kernel'
  folder ??= mkdtempSync(join(tmpdir(), 'shop-uploads-'))
  await chmod(folder, 0o555)
  return folder
}

let folder: string | undefined

export async function storePhoto(productId: string, bytes: Uint8Array): Promise<string> {
  const path = join(await uploadFolder(), `photo-${productId}.jpg`)
  await writeFile(path, bytes)
  return path
}

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { isAlive } from './processes.ts'
import { waitUntil } from './wait-until.ts'

const INSTALLATION_MS = 300_000

export type Installation = {
  /** What is installed is told by these files; a change of one installs again. */
  locks: string[]
  /** A file inside of what is installed, so that both go together. */
  stampFile: string
  /** A path of which nobody else makes use. */
  link: string
  install(): Promise<void>
}

/** Installs unless that was done for the same locks, in this process or any other. */
export async function installOnce({
  locks,
  stampFile,
  link,
  install,
}: Installation): Promise<void> {
  const stamp = await stampOf(locks)
  const isInstalled = async () =>
    existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp
  if (await isInstalled()) return
  // Two workers of Jest may want the same at once; the second finds it installed.
  const release = await acquire(link)
  try {
    if (await isInstalled()) return
    await install()
    await writeFile(stampFile, stamp)
  } finally {
    await release()
  }
}

async function stampOf(locks: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const lock of locks) hash.update(await readFile(lock))
  return hash.digest('hex')
}

/**
 * The link names the process that installs, so that one that was killed does not stop all others. A
 * link and not a file, since it is there with its content at once.
 */
async function acquire(link: string): Promise<() => Promise<void>> {
  await waitUntil(
    async () => {
      try {
        await symlink(String(process.pid), link)
        return true
      } catch {
        // Somebody's: wait for them, unless they are gone.
        if (!isAlive(Number(await readlink(link)))) await rm(link, { force: true })
        return false
      }
    },
    `${link} is free`,
    INSTALLATION_MS,
  )
  return () => rm(link, { force: true })
}
